import type { Tensor1D, Tensor4D } from "@tensorflow/tfjs-core";
import { type Kernel, kernelsOf, type Upstream } from "../kernel.js";

/** The epsilon of batch norm in a search, and by default in PyTorch. */
export const EPSILON = 1e-5;

/** `epsilon`, above 0, is added to the variance: it keeps a channel of equal values from being divided by 0. */
export type BatchNormOptions = { readonly epsilon: number };

export type BatchNormKernels = {
  /** [y, mean, biased variance]. */
  BnasBatchNorm: Kernel<{ readonly x: Tensor4D }, BatchNormOptions, [Tensor4D, Tensor1D, Tensor1D]>;
  BnasBatchNormGrad: Kernel<
    Upstream & { readonly y: Tensor4D; readonly variance: Tensor1D },
    BatchNormOptions,
    Tensor4D
  >;
};
const { run, gradient } = kernelsOf<BatchNormKernels>();

const STANDARD: BatchNormOptions = { epsilon: EPSILON };

/**
 * Batch norm by the statistics of the batch, without an affine part: every channel to mean 0 and variance 1 over the m values
 * that it has in the batch (batch * height * width).
 *
 * @forward `y = (x - mean) / sqrt(variance + e)`, by channel; `variance = mean of (x - mean)^2`, e = `epsilon`
 * $$\mu_c = \frac{1}{m} \sum_{n,i,j} x_{nijc}, \qquad
 *   \sigma_c^2 = \frac{1}{m} \sum_{n,i,j} (x_{nijc} - \mu_c)^2, \qquad
 *   y_{nijc} = \frac{x_{nijc} - \mu_c}{\sqrt{\sigma_c^2 + \epsilon}}$$
 * @backward `dx = (dy - mean(dy) - y * mean(dy * y)) / sqrt(variance + e)`, means by channel. Gradients flow through y only, not
 * through the statistics that are given beside it.
 * $$\frac{\partial L}{\partial x} = \frac{1}{\sqrt{\sigma_c^2 + \epsilon}}
 *   \left( g - \frac{1}{m} \sum g - y \, \frac{1}{m} \sum g \, y \right), \qquad g = \frac{\partial L}{\partial y}$$
 * @edge A channel of equal values gives 0 everywhere. The variance is the biased one (divided by m, not by m - 1). Sums run in
 * 32 bits over blocks and in 64 bits beyond.
 * @source Ioffe, Szegedy, "Batch Normalization", ICML 2015, algorithm 1 without scale and shift, https://arxiv.org/abs/1502.03167.
 * DARTS leaves out the affine part while it searches.
 * @param x images [batch, height, width, channels]
 * @param options `epsilon`: 1e-5 unless another is given
 * @returns [y as x, mean [channels], biased variance [channels]]
 * @example
 * ```ts
 * import { batchNorm, loadWasmKernels } from "@bnas/kernels";
 * import { tensor4d } from "@tensorflow/tfjs-core";
 *
 * await loadWasmKernels();
 * const [y, mean, variance] = batchNorm(tensor4d([1, 2, 3, 6], [4, 1, 1, 1]));
 * y.dataSync(); // => [-1.069, -0.5345, 0, 1.6036]
 * mean.dataSync(); // => [3]
 * variance.dataSync(); // => [3.5]
 * ```
 */
export const batchNorm = (x: Tensor4D, options: BatchNormOptions = STANDARD): [Tensor4D, Tensor1D, Tensor1D] =>
  run("BnasBatchNorm", { x }, options);

export const batchNormGradient = gradient("BnasBatchNorm", {
  saveOutputs: [true, false, true],
  grad: ([dy]: [Tensor4D], [y, variance]: [Tensor4D, Tensor1D], attrs) => ({
    x: () => run("BnasBatchNormGrad", { y, variance, dy }, attrs),
  }),
});
