import { add, mean, mul, rsqrt, square, sub, type Tensor1D, type Tensor4D } from "@tensorflow/tfjs-core";
import type { Kernels } from "../contract.js";
import type { BatchNormOptions } from "../ops/batch-norm.js";

const overPixels = (x: Tensor4D): Tensor1D => mean(x, [0, 1, 2]);
const inverseDeviation = (variance: Tensor1D, epsilon: number): Tensor1D => rsqrt(add(variance, epsilon));

export const batchNorm = (
  { x }: Kernels["BnasBatchNorm"]["inputs"],
  { epsilon }: BatchNormOptions,
): [Tensor4D, Tensor1D, Tensor1D] => {
  const average = overPixels(x);
  const centred: Tensor4D = sub(x, average);
  const variance = overPixels(square(centred));
  return [mul(centred, inverseDeviation(variance, epsilon)), average, variance];
};

/** dx = (dy - mean(dy) - y * mean(dy * y)) / deviation; y is already normalized. */
export const batchNormGrad = (
  { y, variance, dy }: Kernels["BnasBatchNormGrad"]["inputs"],
  { epsilon }: BatchNormOptions,
): Tensor4D => {
  const along = mul(y, overPixels(mul(dy, y)));
  return mul(sub(sub(dy, overPixels(dy)), along), inverseDeviation(variance, epsilon));
};
