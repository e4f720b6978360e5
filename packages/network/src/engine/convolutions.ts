import * as kernels from "@bnas/kernels";
import type { Tensor, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import type { Layers, Xnor } from "../paper/layers.js";
import { channelScales, channelSigns, channelXnor, scaledChannels, signs, xnorFilters } from "./maps.js";
import { filter, matrix, type TensorOf } from "./tensors-by-name.js";

/** The convolutions of a network, whose 1-bit weights have one scale a tensor, or one an output channel: the last axis of every weight. */
export const convolutions = (
  tensor: TensorOf,
  xnor: Xnor,
): Pick<Layers<Tensor4D>, "depthwise" | "pointwise" | "conv3x3"> => ({
  depthwise: (name, x, { kernel: _, ...options }) =>
    withWeights(tensor(name), options, xnor, (w, weight) => kernels.depthwise(x, w, { ...options, weight })),
  pointwise: (name, x, { out: _, ...options }) =>
    withWeights(matrix(tensor(name)), options, xnor, (w, weight) => kernels.pointwise(x, w, { ...options, weight })),
  conv3x3: (name, x, { stride, ...options }) =>
    withWeights(filter(tensor(name)), options, xnor, (w, weight) => {
      const filters = weight === "xnor" ? xnorFilters(w) : w;
      return kernels.conv3x3(options.input === "sign" ? signs(x) : x, filters, {
        stride,
        relu: options.input === "relu",
      });
    }),
});

type Maps = { readonly input: kernels.InputMap; readonly weight: kernels.WeightMap };

/**
 * A convolution with its weights as they enter. Kernels know one scale a tensor. Scales by channel are part of the weights, where the
 * input is real; where it is signs they come after the sum, which is exact in every order only without them.
 */
const withWeights = <W extends Tensor | Tensor2D | Tensor4D>(
  w: W,
  { input, weight }: Maps,
  xnor: Xnor,
  convolve: (w: W, weight: kernels.WeightMap) => Tensor4D,
): Tensor4D => {
  if (weight === "real" || xnor === "tensor") return convolve(w, weight);
  if (input !== "sign") return convolve(channelXnor(w), "real");
  const scales = channelScales(w);
  return scaledChannels(convolve(channelSigns(w, scales), "real"), scales);
};
