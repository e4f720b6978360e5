import type { Tensor4D, TensorInfo } from "@tensorflow/tfjs-core";
import type { Kernels } from "../contract.js";
import type { AvgPoolOptions } from "../ops/avg-pool.js";
import type { BatchNormOptions } from "../ops/batch-norm.js";
import type { MaxPoolOptions } from "../ops/max-pool.js";
import type { Extent } from "../ops/shapes.js";
import type { Heap } from "./heap.js";

const BYTES_A_GROUP = 32 * 4;

const pixelsOf = (x: Tensor4D): number => x.shape[0] * x.shape[1] * x.shape[2];

export const batchNorm = (
  heap: Heap,
  { x }: Kernels["BnasBatchNorm"]["inputs"],
  { epsilon }: BatchNormOptions,
): TensorInfo[] => {
  const channels = x.shape[3];
  const y = heap.make(x.shape);
  const mean = heap.make([channels]);
  const variance = heap.make([channels]);
  const addresses = [x, y, mean, variance].map((t) => heap.address(t));
  heap.call("batchNorm", Math.ceil(channels / 4) * BYTES_A_GROUP, ...addresses, pixelsOf(x), channels, epsilon);
  return [y, mean, variance];
};

export const batchNormGrad = (
  heap: Heap,
  { y, variance, dy }: Kernels["BnasBatchNormGrad"]["inputs"],
  { epsilon }: BatchNormOptions,
): TensorInfo => {
  const channels = y.shape[3];
  const dx = heap.make(y.shape);
  const addresses = [y, variance, dy, dx].map((t) => heap.address(t));
  heap.call("batchNormGrad", Math.ceil(channels / 4) * BYTES_A_GROUP, ...addresses, pixelsOf(y), channels, epsilon);
  return dx;
};

const planeBytes = ({ height, width }: Extent): number => (height + 3) * (width + 2) * 16;

export const maxPool = (heap: Heap, { x }: { x: Tensor4D }, options: MaxPoolOptions & Extent): TensorInfo[] => {
  const { size, stride, height, width } = options;
  const count = (extent: number) => Math.floor((extent + (size === 3 ? 2 : 0) - size) / stride) + 1;
  const [n, , , channels] = x.shape;
  const shape = [n, count(height), count(width), channels];
  const y = heap.make(shape);
  const winner = heap.make(shape, "bool");
  const addresses = [x, y, winner].map((t) => heap.address(t));
  heap.call(
    "maxPool",
    2 * planeBytes(options) + 3 * 32 * width,
    ...addresses,
    n,
    height,
    width,
    channels,
    size,
    stride,
  );
  return [y, winner];
};

export const maxPoolGrad = (
  heap: Heap,
  { winner, dy }: Kernels["BnasMaxPoolGrad"]["inputs"],
  { size, stride, height, width }: MaxPoolOptions & Extent,
): TensorInfo => {
  const [n, , , channels] = dy.shape;
  const dx = heap.make([n, height, width, channels]);
  const addresses = [winner, dy, dx].map((t) => heap.address(t));
  heap.call("maxPoolGrad", 64, ...addresses, n, height, width, channels, size, stride);
  return dx;
};

export const avgPool = (heap: Heap, { x }: { x: Tensor4D }, options: AvgPoolOptions & Extent): TensorInfo => {
  const { stride, height, width } = options;
  const [n, , , channels] = x.shape;
  const y = heap.make([n, Math.ceil(height / stride), Math.ceil(width / stride), channels]);
  const addresses = [x, y].map((t) => heap.address(t));
  heap.call("averagePool", planeBytes(options), ...addresses, n, height, width, channels, stride);
  return y;
};

export const avgPoolGrad = (heap: Heap, { dy }: { dy: Tensor4D }, options: AvgPoolOptions & Extent): TensorInfo => {
  const { stride, height, width } = options;
  const [n, , , channels] = dy.shape;
  const dx = heap.make([n, height, width, channels]);
  const addresses = [dy, dx].map((t) => heap.address(t));
  heap.call("averagePoolGrad", planeBytes(options), ...addresses, n, height, width, channels, stride);
  return dx;
};

export const globalAveragePool = (heap: Heap, { x }: { x: Tensor4D }): TensorInfo => {
  const [n, height, width, channels] = x.shape;
  const y = heap.make([n, 1, 1, channels]);
  heap.call("globalAverage", 0, heap.address(x), heap.address(y), n, height * width, channels);
  return y;
};

export const globalAveragePoolGrad = (heap: Heap, { dy }: { dy: Tensor4D }, { height, width }: Extent): TensorInfo => {
  const [n, , , channels] = dy.shape;
  const dx = heap.make([n, height, width, channels]);
  heap.call("globalAverageGrad", 0, heap.address(dy), heap.address(dx), n, height * width, channels);
  return dx;
};
