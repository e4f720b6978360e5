import {
  addN,
  concat,
  mul,
  pad,
  reshape,
  slice,
  stack,
  sum,
  type Tensor1D,
  type Tensor4D,
  transpose,
} from "@tensorflow/tfjs-core";
import type { Kernels } from "../contract.js";
import type { ShuffleOptions } from "../ops/shuffle-channels.js";
import type { SliceOptions } from "../ops/slice-channels.js";

const element = (weights: Tensor1D, index: number): Tensor1D => slice(weights, index, 1);

export const weightedSum = ([weights, ...xs]: Kernels["BnasWeightedSum"]["inputs"]): Tensor4D =>
  addN(xs.map((x, index) => mul(x, element(weights, index)) as Tensor4D));

export const weightedSumGradX = (
  { dy, weights }: Kernels["BnasWeightedSumGradX"]["inputs"],
  { index }: { readonly index: number },
): Tensor4D => mul(dy, element(weights, index));

export const weightedSumGradWeights = ([dy, ...xs]: Kernels["BnasWeightedSumGradWeights"]["inputs"]): Tensor1D =>
  stack(xs.map((x) => sum(mul(dy, x)))) as Tensor1D;

export const concatChannels = (xs: readonly Tensor4D[]): Tensor4D => concat([...xs], 3);

export const sliceChannels = ({ x }: { x: Tensor4D }, { begin, size }: SliceOptions): Tensor4D =>
  slice(x, [0, 0, 0, begin], [-1, -1, -1, size]);

export const sliceChannelsGrad = (
  { dy }: { dy: Tensor4D },
  { begin, size, channels }: SliceOptions & { readonly channels: number },
): Tensor4D =>
  pad(dy, [
    [0, 0],
    [0, 0],
    [0, 0],
    [begin, channels - begin - size],
  ]);

export const shuffleChannels = ({ x }: { x: Tensor4D }, { groups }: ShuffleOptions): Tensor4D => {
  const [batch, height, width, channels] = x.shape;
  const grouped = reshape(x, [batch * height * width, groups, channels / groups]);
  return reshape(transpose(grouped, [0, 2, 1]), x.shape);
};
