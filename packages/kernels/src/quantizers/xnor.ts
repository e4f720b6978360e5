import { abs, add, cast, lessEqual, mean, mul, type Rank, type Tensor } from "@tensorflow/tfjs-core";
import { sign } from "./sign.js";

/** How the weights of a convolution enter: as they are (`real`), or binarized ({@link xnor}). */
export type WeightMap = "real" | "xnor";

/**
 * The XNOR form of weights: their signs times one scale, the mean of their magnitudes over the whole tensor. A convolution
 * applies it to its weights with the option `weight: "xnor"`: `y = a * conv(q(x), sign(w))`. The real weights are kept, and
 * they are what a step updates.
 *
 * @forward `q(w) = a * sign(w)`, `a = mean(|w|)` over all n weights
 * $$q(w_i) = a \, \operatorname{sign}(w_i), \qquad a = \frac{1}{n} \sum_{k=1}^{n} |w_k|$$
 * @backward `dL/dw = dL/dq * (1/n + a * [1 where |w| <= 1, else 0])`: 1/n through the scale, the rest through the sign (STE).
 * As in the source, the scale's gradient keeps the weight's own term only, with sign(w)^2 = 1.
 * $$\frac{\partial L}{\partial w_i} = \frac{\partial L}{\partial q(w_i)}
 *   \left( \frac{1}{n} + a \, \mathbf{1}[\,|w_i| \leq 1\,] \right)$$
 * @edge `sign(0)` is +1. Weights that are all 0 have the scale 0. The scale is multiplied after the sum, so that sums of
 * signs are exact in every order.
 * @source Rastegari, Ordonez, Redmon, Farhadi, "XNOR-Net: ImageNet Classification Using Binary Convolutional Neural Networks",
 * ECCV 2016, section 3.1 (the scale, and "Training Binary-Weights-Networks"), https://arxiv.org/abs/1603.05279.
 * XNOR-Net has one scale a filter; the code that the authors of BNAS released has one scale a tensor, and so do we.
 * @returns the signs, which are convolved with, and the scale that the sum is multiplied by
 * @example
 * ```ts
 * import { loadWasmKernels, pointwise } from "@bnas/kernels";
 * import { grad, type Tensor, type Tensor2D, tensor2d, tensor4d } from "@tensorflow/tfjs-core";
 *
 * await loadWasmKernels();
 * const one = tensor4d([1], [1, 1, 1, 1]);
 * const w = tensor2d([[0.5, -1.5, 0, 2]]); // 4 weights, mean magnitude 1
 * const options = { input: "identity", weight: "xnor", stride: 1, offset: 0 } as const;
 * const q = (w: Tensor) => pointwise(one, w as Tensor2D, options);
 * q(w).dataSync(); // => [1, -1, 1, 1]
 * grad(q)(w).dataSync(); // => [1.25, 0.25, 1.25, 0.25]
 * ```
 */
export const xnor = <R extends Rank>(w: Tensor<R>): { signs: Tensor<R>; scale: Tensor } => ({
  signs: sign(w),
  scale: mean(abs(w)),
});

/** The gradient through {@link xnor}.
 * @param dq with respect to the weights as they are convolved with, scale included */
export const throughXnor = <R extends Rank>(dq: Tensor<R>, w: Tensor<R>): Tensor<R> => {
  const inside = cast(lessEqual(abs(w), 1), "float32");
  return mul(dq, add(mul(inside, mean(abs(w))), 1 / w.size));
};
