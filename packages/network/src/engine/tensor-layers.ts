import * as kernels from "@bnas/kernels";
import { nth, type Spec } from "@bnas/search";
import { ones, type Tensor4D, tidy, zeros } from "@tensorflow/tfjs-core";
import type { Binarize, Binarizer, Layers, PartialChannels, Xnor } from "../paper/layers.js";
import { addToChannels, affine } from "./affine.js";
import { convolutions } from "./convolutions.js";
import { fork, reader, splitChannels } from "./fan-out.js";
import { rectified } from "./maps.js";
import { matrix, type TensorOf, vector } from "./tensors-by-name.js";

/** What a spec says of layers. */
export type TensorLayerOptions = {
  readonly binarize: Binarize;
  readonly binarizer: Binarizer;
  readonly conventions: { readonly xnor: Xnor; readonly stemNorm: Spec["conventions"]["stemNorm"] };
};

/**
 * Layers that compute, on the backend in use. Batch norms use the statistics of the batch; of them the stem's alone may be affine.
 * @param rate of the step that the gradients are for; only the projection loss depends on it
 */
export const tensorLayers = (
  { binarize, binarizer, conventions: { xnor, stemNorm } }: TensorLayerOptions,
  tensor: TensorOf,
  rate = 0,
): Layers<Tensor4D> => ({
  ...edgeLayers(tensor),
  ...convolutions(tensor, { xnor, binarizer, rate }),
  binarize,
  relu: rectified,
  norm(name, x, options) {
    const [y, mean, variance] = kernels.batchNorm(x);
    mean.dispose();
    variance.dispose();
    if (stemNorm === "plain" || options?.stem !== true) return y;
    return affine(y, vector(tensor(`${name}.scale`)), vector(tensor(`${name}.shift`)));
  },
  maxPool: (x, options) => kernels.maxPool(x, options),
  avgPool: (x, options) => kernels.avgPool(x, options),
  sum: (xs) => kernels.weightedSum(xs, ones([xs.length])),
  concat: (xs) => kernels.concatChannels(xs),
  shuffle: (x, options) => kernels.shuffleChannels(x, options),
  zeros(x, { channels, stride }) {
    const [batch, height, width] = x.shape;
    return zeros([batch, Math.ceil(height / stride), Math.ceil(width / stride), channels]);
  },
  globalAveragePool: (x) => kernels.globalAveragePool(x),
  linear(name, x, { relu }) {
    const weight = matrix(tensor(`${name}.weight`));
    const input = relu ? "relu" : "identity";
    const product = kernels.pointwise(x, weight, { stride: 1, offset: 0, input, weight: "real" });
    return addToChannels(product, vector(tensor(`${name}.bias`)));
  },
  scope: (f) => tidy(f),
});

/** What edges do with a value that many of them read: its gradients are added all at once (fan-out.ts). */
const edgeLayers = (tensor: TensorOf): Pick<Layers<Tensor4D>, "partial" | "each" | "mix"> => {
  const seen = new WeakMap<Tensor4D, PartialChannels<Tensor4D>>();
  const readers = new WeakMap<Tensor4D, () => Tensor4D>();
  /** x, or what stands for it where it has many readers. */
  const read = (x: Tensor4D): Tensor4D => readers.get(x)?.() ?? x;
  const partsOf = (x: Tensor4D, partial: number, stride: 1 | 2): PartialChannels<Tensor4D> => {
    if (partial === 1) return { passing: x, bypass: null };
    const channels = x.shape[3] / partial;
    const [passing, rest] = splitChannels(x, [channels, x.shape[3] - channels]);
    if (passing === undefined || rest === undefined) throw new RangeError("a value was split into nothing");
    return { passing, bypass: stride === 2 ? kernels.maxPool(rest, { size: 2, stride }) : rest };
  };
  return {
    partial(x, { partial, stride }) {
      const known = seen.get(x);
      if (known !== undefined) return known;
      const parts = partsOf(x, partial, stride);
      seen.set(x, parts);
      for (const part of [parts.passing, parts.bypass]) if (part !== null) readers.set(part, reader(part));
      return parts;
    },
    each(x, operations) {
      if (operations.length === 0) return [];
      const copies = fork(read(x), operations.length);
      return operations.map((operation, index) => operation(nth(copies, index)));
    },
    mix: (name, xs) => kernels.weightedSum(xs.map(read), vector(tensor(name))),
  };
};
