import type { Tensor4D, TensorInfo } from "@tensorflow/tfjs-core";
import type { Kernels } from "../contract.js";
import type { ShuffleOptions } from "../ops/shuffle-channels.js";
import type { SliceOptions } from "../ops/slice-channels.js";
import type { Heap } from "./heap.js";

const pixelsOf = (x: Tensor4D): number => x.shape[0] * x.shape[1] * x.shape[2];

/** The address of a channel of the first pixel. */
const channelAt = (heap: Heap, x: TensorInfo, channel: number): number => heap.address(x) + channel * 4;

const withChannels = (x: Tensor4D, channels: number): number[] => [x.shape[0], x.shape[1], x.shape[2], channels];

export const concatChannels = (
  heap: Heap,
  xs: readonly Tensor4D[],
  { sizes }: { readonly sizes: readonly number[] },
): TensorInfo => {
  const [first] = xs;
  if (first === undefined) throw new Error("a concatenation takes at least one tensor");
  const channels = sizes.reduce((sum, size) => sum + size, 0);
  const y = heap.make(withChannels(first, channels));
  let begin = 0;
  for (const x of xs) {
    const size = x.shape[3];
    heap.call("copyChannels", 0, heap.address(x), channelAt(heap, y, begin), pixelsOf(x), size, size, channels);
    begin += size;
  }
  return y;
};

export const sliceChannels = (heap: Heap, { x }: { x: Tensor4D }, { begin, size }: SliceOptions): TensorInfo => {
  const y = heap.make(withChannels(x, size));
  heap.call("copyChannels", 0, channelAt(heap, x, begin), heap.address(y), pixelsOf(x), size, x.shape[3], size);
  return y;
};

export const sliceChannelsGrad = (
  heap: Heap,
  { dy }: { dy: Tensor4D },
  { begin, size, channels }: SliceOptions & { readonly channels: number },
): TensorInfo => {
  const dx = heap.make(withChannels(dy, channels));
  heap.call("fillZeros", 0, heap.address(dx), pixelsOf(dy) * channels);
  heap.call("copyChannels", 0, heap.address(dy), channelAt(heap, dx, begin), pixelsOf(dy), size, size, channels);
  return dx;
};

export const shuffleChannels = (heap: Heap, { x }: { x: Tensor4D }, { groups }: ShuffleOptions): TensorInfo => {
  const y = heap.make(x.shape);
  heap.call("shuffle", 0, heap.address(x), heap.address(y), pixelsOf(x), x.shape[3], groups);
  return y;
};

export const weightedSum = (heap: Heap, [weights, ...xs]: Kernels["BnasWeightedSum"]["inputs"]): TensorInfo => {
  const [first] = xs;
  if (first === undefined) throw new Error("a weighted sum takes at least one tensor");
  const y = heap.make(first.shape);
  heap.callWithList("weightedSum", xs, heap.address(weights), xs.length, heap.address(y), first.size);
  return y;
};

export const weightedSumGradX = (
  heap: Heap,
  { dy, weights }: Kernels["BnasWeightedSumGradX"]["inputs"],
  { index }: { readonly index: number },
): TensorInfo => {
  const dx = heap.make(dy.shape);
  heap.call("scaleBy", 0, heap.address(dy), heap.address(weights), index, heap.address(dx), dy.size);
  return dx;
};

export const weightedSumGradWeights = (
  heap: Heap,
  [dy, ...xs]: Kernels["BnasWeightedSumGradWeights"]["inputs"],
): TensorInfo => {
  const dw = heap.make([xs.length]);
  heap.callWithList("innerProducts", xs, heap.address(dy), xs.length, heap.address(dw), dy.size);
  return dw;
};
