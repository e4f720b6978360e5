import { abs, cast, greaterEqual, lessEqual, mul, type Rank, sub, type Tensor } from "@tensorflow/tfjs-core";

/**
 * The sign of activations, with the straight-through estimator (STE). A convolution applies it to its input with the
 * option `input: "sign"`.
 *
 * @forward `q(x) = 1 where x >= 0, else -1`
 * $$q(x) = \begin{cases} 1 & x \geq 0 \\ -1 & x < 0 \end{cases}$$
 * @backward `dq/dx = 1 where |x| <= 1, else 0` (the true derivative is 0 almost everywhere and would stop all learning)
 * $$\frac{\partial q}{\partial x} = \mathbf{1}[\,|x| \leq 1\,]$$
 * @edge `sign(0)` and `sign(-0)` are +1, because a packed bit has no zero: TensorFlow's own sign gives 0 there. At |x| = 1
 * the gradient passes.
 * @source Courbariaux, Hubara, Soudry, El-Yaniv, Bengio, "Binarized Neural Networks", 2016 (deterministic binarization, and
 * propagating gradients through discretization), https://arxiv.org/abs/1602.02830. The estimator: Bengio, Leonard, Courville, "Estimating or Propagating Gradients Through
 * Stochastic Neurons", 2013, https://arxiv.org/abs/1308.3432
 * @example
 * ```ts
 * import { loadWasmKernels, pointwise } from "@bnas/kernels";
 * import { grad, type Tensor, type Tensor4D, tensor2d, tensor4d } from "@tensorflow/tfjs-core";
 *
 * await loadWasmKernels();
 * const x = tensor4d([-2, -0.5, 0, 0.5, 2], [1, 1, 5, 1]);
 * const options = { input: "sign", weight: "real", stride: 1, offset: 0 } as const;
 * const q = (x: Tensor) => pointwise(x as Tensor4D, tensor2d([[1]]), options);
 * q(x).dataSync(); // => [-1, -1, 1, 1, 1]
 * grad(q)(x).dataSync(); // => [0, 1, 1, 1, 0]
 * ```
 */
export const sign = <R extends Rank>(x: Tensor<R>): Tensor<R> =>
  sub(mul(cast(greaterEqual(x, 0), "float32"), 2), 1) as Tensor<R>;

/** The gradient through {@link sign} by the straight-through estimator. */
export const throughSign = <R extends Rank>(dq: Tensor<R>, x: Tensor<R>): Tensor<R> =>
  mul(dq, cast(lessEqual(abs(x), 1), "float32"));
