import { add, mean, mul, rsqrt, square, sub, type Tensor1D, type Tensor4D } from "@tensorflow/tfjs-core";
import type { Kernels } from "../contract.js";
import { EPSILON } from "../ops/batch-norm.js";

const overPixels = (x: Tensor4D): Tensor1D => mean(x, [0, 1, 2]);
const inverseDeviation = (variance: Tensor1D): Tensor1D => rsqrt(add(variance, EPSILON));

export const batchNorm = ({ x }: { x: Tensor4D }): [Tensor4D, Tensor1D, Tensor1D] => {
  const average = overPixels(x);
  const centred: Tensor4D = sub(x, average);
  const variance = overPixels(square(centred));
  return [mul(centred, inverseDeviation(variance)), average, variance];
};

/** dx = (dy - mean(dy) - y * mean(dy * y)) / deviation; y is already normalized. */
export const batchNormGrad = ({ y, variance, dy }: Kernels["BnasBatchNormGrad"]["inputs"]): Tensor4D => {
  const along = mul(y, overPixels(mul(dy, y)));
  return mul(sub(sub(dy, overPixels(dy)), along), inverseDeviation(variance));
};
