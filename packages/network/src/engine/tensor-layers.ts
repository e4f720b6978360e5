import * as kernels from "@bnas/kernels";
import { ones, type Tensor, type Tensor1D, type Tensor2D, type Tensor4D, tidy, zeros } from "@tensorflow/tfjs-core";
import type { Binarize, Layers } from "../paper/layers.js";
import { addToChannels } from "./affine.js";
import { fork, splitChannels } from "./fan-out.js";

/** Tensors by the names of parameters and mixtures. */
export type TensorOf = (name: string) => Tensor;

/** Layers that compute, on the backend in use. Batch norms use the statistics of the batch and have no affine part. */
export const tensorLayers = (binarize: Binarize, tensor: TensorOf): Layers<Tensor4D> => ({
  binarize,
  depthwise: (name, x, { kernel: _, ...options }) => kernels.depthwise(x, tensor(name), options),
  pointwise: (name, x, { out: _, ...options }) => kernels.pointwise(x, matrix(tensor(name)), options),
  conv3x3: (name, x, { out: _, ...options }) => kernels.conv3x3(x, filter(tensor(name)), options),
  norm(_, x) {
    const [y, mean, variance] = kernels.batchNorm(x);
    mean.dispose();
    variance.dispose();
    return y;
  },
  maxPool: (x, options) => kernels.maxPool(x, options),
  avgPool: (x, options) => kernels.avgPool(x, options),
  mix: (name, xs) => kernels.weightedSum(xs, vector(tensor(name))),
  sum: (xs) => kernels.weightedSum(xs, ones([xs.length])),
  concat: (xs) => kernels.concatChannels(xs),
  split: (x, sizes) => splitChannels(x, sizes),
  fork: (x, n) => fork(x, n),
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

const ranked = <T extends Tensor>(tensor: Tensor, rank: number): T => {
  if (tensor.rank !== rank) throw new RangeError(`a tensor of rank ${tensor.rank} where one of rank ${rank} belongs`);
  return tensor as T; // Just checked.
};
const vector = (tensor: Tensor): Tensor1D => ranked(tensor, 1);
const matrix = (tensor: Tensor): Tensor2D => ranked(tensor, 2);
const filter = (tensor: Tensor): Tensor4D => ranked(tensor, 4);
