import * as kernels from "@bnas/kernels";
import type { Tensor, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import type { Binarizer, Layers, Xnor } from "../paper/layers.js";
import { projectionName } from "../paper/projection.js";
import { channelScales, channelSigns, channelXnor, scaledChannels, signs, xnorFilters } from "./maps.js";
import { filter, matrix, type TensorOf } from "./tensors-by-name.js";

/** How weights get one bit. */
export type WeightOptions = {
  readonly xnor: Xnor;
  readonly binarizer: Binarizer;
  /** Of the step that gradients are for. */
  readonly rate: number;
};

/** The convolutions of a network, whose 1-bit weights have one scale a tensor, or one an output channel: the last axis of every weight. */
export const convolutions = (
  tensor: TensorOf,
  options: WeightOptions,
): Pick<Layers<Tensor4D>, "depthwise" | "pointwise" | "conv3x3"> => ({
  depthwise: (name, x, { kernel: _, ...maps }) =>
    withWeights(weightsOf(tensor, name, maps, options), maps, options, (w, weight) =>
      kernels.depthwise(x, w, { ...maps, weight }),
    ),
  pointwise: (name, x, { out: _, ...maps }) =>
    withWeights(matrix(weightsOf(tensor, name, maps, options)), maps, options, (w, weight) =>
      kernels.pointwise(x, w, { ...maps, weight }),
    ),
  conv3x3: (name, x, { stride, ...maps }) =>
    withWeights(filter(weightsOf(tensor, name, maps, options)), maps, options, (w, weight) => {
      const filters = weight === "xnor" ? xnorFilters(w) : w;
      return kernels.conv3x3(maps.input === "sign" ? signs(x) : x, filters, { stride, relu: maps.input === "relu" });
    }),
});

type Maps = { readonly input: kernels.InputMap; readonly weight: kernels.WeightMap };

/** The weights of a convolution; 1-bit ones of PCNN through their projection. */
const weightsOf = (tensor: TensorOf, name: string, { weight }: Maps, { binarizer, rate }: WeightOptions): Tensor => {
  const w = tensor(name);
  if (weight === "real" || binarizer === "xnor") return w;
  return kernels.projected(w, matrix(tensor(projectionName(name))), { rate });
};

/**
 * A convolution with its weights as they enter. Kernels know one scale a tensor. Scales by channel are part of the weights, where the
 * input is real; where it is signs they come after the sum, which is exact in every order only without them.
 */
const withWeights = <W extends Tensor | Tensor2D | Tensor4D>(
  w: W,
  { input, weight }: Maps,
  { xnor }: WeightOptions,
  convolve: (w: W, weight: kernels.WeightMap) => Tensor4D,
): Tensor4D => {
  if (weight === "real" || xnor === "tensor") return convolve(w, weight);
  if (input !== "sign") return convolve(channelXnor(w), "real");
  const scales = channelScales(w);
  return scaledChannels(convolve(channelSigns(w, scales), "real"), scales);
};
