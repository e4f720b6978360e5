import * as kernels from "@bnas/kernels";
import { nth } from "@bnas/search";
import { ones, type Tensor, type Tensor1D, type Tensor2D, type Tensor4D, tidy, zeros } from "@tensorflow/tfjs-core";
import type { Binarize, Layers, PartialChannels } from "../paper/layers.js";
import { addToChannels } from "./affine.js";
import { fork, reader, splitChannels } from "./fan-out.js";
import { rectified, signs, xnorFilters } from "./maps.js";

/** Tensors by the names of parameters and mixtures. */
export type TensorOf = (name: string) => Tensor;

/** Layers that compute, on the backend in use. Batch norms use the statistics of the batch and have no affine part. */
export const tensorLayers = (binarize: Binarize, tensor: TensorOf): Layers<Tensor4D> => ({
  ...edgeLayers(tensor),
  binarize,
  depthwise: (name, x, { kernel: _, ...options }) => kernels.depthwise(x, tensor(name), options),
  pointwise: (name, x, { out: _, ...options }) => kernels.pointwise(x, matrix(tensor(name)), options),
  conv3x3(name, x, { stride, input, weight }) {
    const w = filter(tensor(name));
    const filters = weight === "xnor" ? xnorFilters(w) : w;
    return kernels.conv3x3(input === "sign" ? signs(x) : x, filters, { stride, relu: input === "relu" });
  },
  relu: rectified,
  norm(_, x) {
    const [y, mean, variance] = kernels.batchNorm(x);
    mean.dispose();
    variance.dispose();
    return y;
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

const ranked = <T extends Tensor>(tensor: Tensor, rank: number): T => {
  if (tensor.rank !== rank) throw new RangeError(`a tensor of rank ${tensor.rank} where one of rank ${rank} belongs`);
  return tensor as T; // Just checked.
};
const vector = (tensor: Tensor): Tensor1D => ranked(tensor, 1);
const matrix = (tensor: Tensor): Tensor2D => ranked(tensor, 2);
const filter = (tensor: Tensor): Tensor4D => ranked(tensor, 4);
