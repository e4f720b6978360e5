import { customGrad, type Rank, type Tensor, type Tensor2D, tensor } from "@tensorflow/tfjs-core";

/** The weight of the projection loss beside the loss of the network (Gu et al. show their networks with 1e-4). */
const LAMBDA = 1e-4;

/** What the gradient of a projection depends on beside its tensors. */
export type ProjectionOptions = {
  /** The learning rate of the step, eta of the projection loss. 0 where no step is taken. */
  readonly rate: number;
};

/**
 * The projection of weights onto two values, -a and a, through a matrix that is learned (PCNN). It gives the weights whose
 * {@link xnor} form is that projection, so a convolution with the option `weight: "xnor"` computes with it as with any others:
 * `y = a * conv(q(x), sign(mean(p) * w))`. Both w and p are kept, and a step updates them.
 *
 * @forward `q(w) = the nearest of -a and a to mean(p) * w = a * sign(mean(p) * w)`, `a = mean(|w|)` over all n weights. What is given to
 * the convolution is w where mean(p) > 0, -w where mean(p) < 0, |w| where it is 0
 * $$q(w) = \operatorname*{arg\,min}_{v \in \{-a,\, a\}} \lVert \bar{p}\, w - v \rVert = a \operatorname{sign}(\bar{p}\, w),
 *   \qquad a = \frac{1}{n} \sum_{k=1}^{n} |w_k|, \qquad \bar{p} = \frac{1}{k^2} \sum_{u,v} p_{uv}$$
 * @backward With L the loss, d = dL/dq, p spread over all channels, and the projection loss
 * `Lp = lambda/2 * sum of (q(w) - p * (w + eta * d))^2`, in which q(w) and d are numbers:
 * `dw = p * d * [1 where |p * w| <= 1, else 0] + lambda * p * (p * (w + eta * d) - q(w))`,
 * `dp = sum over channels of (w * d * [1 where |p * w| <= 1, else 0] + lambda * (w + eta * d) * (p * (w + eta * d) - q(w)))`;
 * lambda is 1e-4
 * $$\Delta w = p \, d \, \mathbf{1}[\,|p w| \leq 1\,] + \lambda \, p \,\big( p \, (w + \eta d) - q(w) \big)
 *   \qquad
 *   \Delta p = \sum_{\text{channels}} w \, d \, \mathbf{1}[\,|p w| \leq 1\,] + \lambda \, (w + \eta d) \big( p \, (w + \eta d) - q(w) \big)$$
 * @edge `sign(0)` is +1. The forward pass takes the mean of p, the backward pass p itself, as the source says that its authors do. The
 * scale a is a number to the gradient: unlike XNOR's it adds no 1/n. The projection loss is in the gradients alone, not in the loss that
 * is reported.
 * @source Gu, Li, Zhang, Han, Cao, Liu, Doermann, "Projection Convolutional Neural Networks for 1-bit CNNs via Discrete Back Propagation",
 * AAAI 2019, https://arxiv.org/abs/1811.12755, with one projection a layer. What it leaves open, and what we chose:
 * docs/adr/0026-projection-convolutions.md
 * @param w weights of any convolution: filters [k, k, channels] or [k, k, channels, outputs], or a matrix [channels, outputs]
 * @param p the projection, [k, k]; of a matrix [1, 1]
 * @returns weights of the shape of w, for a convolution with `weight: "xnor"` and no other: the gradient that comes back is taken to have
 * passed that form
 * @throws RangeError where p has another shape
 * @example
 * ```ts
 * import { loadWasmKernels, pointwise, projected } from "@bnas/kernels";
 * import { grads, type Tensor, type Tensor2D, tensor2d, tensor4d } from "@tensorflow/tfjs-core";
 *
 * await loadWasmKernels();
 * const one = tensor4d([1], [1, 1, 1, 1]);
 * const w = tensor2d([[0.5, -1.5, 0, 2]]); // 4 weights, mean magnitude 1
 * const p = tensor2d([[-0.5]]);
 * const options = { input: "identity", weight: "xnor", stride: 1, offset: 0 } as const;
 * const q = (w: Tensor, p: Tensor) => pointwise(one, projected(w as Tensor2D, p as Tensor2D, { rate: 0 }), options);
 * q(w, p).dataSync(); // => [-1, 1, 1, -1]
 * const [dw, dp] = grads(q)([w, p]);
 * const hundredths = (one?: Tensor) => [...(one?.dataSync() ?? [])].map((value) => Math.round(100 * value) / 100);
 * hundredths(dw); // => [-0.5, -0.5, -0.5, -0.5]
 * hundredths(dp); // => [1]
 * ```
 */
export const projected = <R extends Rank>(w: Tensor<R>, p: Tensor2D, { rate }: ProjectionOptions): Tensor<R> => {
  const weights = w.dataSync<"float32">();
  const plane = p.dataSync<"float32">();
  const channels = weights.length / plane.length;
  if (plane.length !== planeOf(w.shape)) throw new RangeError(`a projection [${p.shape}] of weights [${w.shape}]`);
  const op = customGrad(() => ({
    value: tensor(projectedValues(weights, plane), w.shape) as Tensor,
    gradFunc: (dy: Tensor): Tensor[] => {
      const passed = dy.dataSync<"float32">();
      const { dw, dp } = gradientOf({ weights, plane, channels }, passed, rate);
      return [tensor(dw, w.shape), tensor(dp, p.shape)];
    },
  }));
  return op(w, p) as Tensor<R>; // It has the shape of w; customGrad is typed for any tensor.
};

/** Positions of a filter: of a matrix there is one. */
const planeOf = (shape: readonly number[]): number => (shape.length === 2 ? 1 : (shape[0] ?? 1) * (shape[1] ?? 1));

/**
 * The weights whose signs are those of mean(p) * w, and whose magnitudes are those of w: what is left of weights and their projection
 * where nothing is trained any more.
 */
export const projectedValues = (w: Float32Array, p: Float32Array): Float32Array => {
  const mean = p.reduce((sum, value) => sum + value, 0);
  return mean > 0 ? w.slice() : w.map(mean < 0 ? (value) => -value : Math.abs);
};

/**
 * Weights are few, so their gradients are computed here and not by the engine, in 64 bits.
 * @param passed the gradient of what was given to the convolution, which has passed its XNOR form: d * (1/n + a * [|w| <= 1])
 */
const gradientOf = (
  of: { readonly weights: Float32Array; readonly plane: Float32Array; readonly channels: number },
  passed: Float32Array,
  rate: number,
): { readonly dw: Float32Array; readonly dp: Float32Array } => {
  const { weights, plane, channels } = of;
  const n = weights.length;
  const a = weights.reduce((sum, value) => sum + Math.abs(value), 0) / n;
  const mean = plane.reduce((sum, value) => sum + value, 0);
  const dw = new Float32Array(n);
  const dp = new Float64Array(plane.length);
  for (let i = 0; i < n; i++) {
    const place = Math.floor(i / channels);
    const w = weights[i] ?? 0;
    const p = plane[place] ?? 0;
    const d = (passed[i] ?? 0) / (1 / n + (Math.abs(w) <= 1 ? a : 0));
    const through = Math.abs(p * w) <= 1 ? d : 0;
    const moved = w + rate * d;
    const off = p * moved - (mean * w >= 0 ? a : -a);
    dw[i] = p * through + LAMBDA * p * off;
    dp[place] = (dp[place] ?? 0) + w * through + LAMBDA * moved * off;
  }
  return { dw, dp: Float32Array.from(dp) };
};
