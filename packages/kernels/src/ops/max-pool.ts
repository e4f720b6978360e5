import type { Tensor4D } from "@tensorflow/tfjs-core";
import { type Kernel, kernelsOf, type Upstream } from "../kernel.js";
import { type Extent, extentOf } from "./shapes.js";

export type MaxPoolOptions = { readonly size: 2 | 3; readonly stride: 1 | 2 };

export type MaxPoolKernels = {
  /** [y, which tap of the window won]: the second is private to the backend and goes back to its gradient only. */
  BnasMaxPool: Kernel<{ readonly x: Tensor4D }, MaxPoolOptions & Extent, [Tensor4D, Tensor4D]>;
  BnasMaxPoolGrad: Kernel<Upstream & { readonly winner: Tensor4D }, MaxPoolOptions & Extent, Tensor4D>;
};
const { run, gradient } = kernelsOf<MaxPoolKernels>();

/**
 * Max-pooling: 3 x 3 with padding p = 1, or 2 x 2 without padding.
 *
 * @forward `y[n,i,j,c] = max over u,v of x[n, s*i + u - p, s*j + v - p, c]`, over the pixels of the image only
 * $$y_{nijc} = \max_{u,v} \; x_{n,\; si+u-p,\; sj+v-p,\; c}$$
 * @backward `dx[n,a,b,c] = sum of dy[n,i,j,c] over the windows (i,j) that the pixel (a,b) won`
 * $$\frac{\partial L}{\partial x_{nabc}} = \sum_{i,j} \frac{\partial L}{\partial y_{nijc}} \;
 *   \mathbf{1}[(a,b) \text{ is the first maximum of window } (i,j)]$$
 * @edge Of equal values the first in row order gets the whole gradient. Padding never wins. With size 2 and stride 2 the last row
 * or column of an odd extent is not read.
 * @source `max_pool_3x3` of DARTS, https://arxiv.org/abs/1806.09055; 2 x 2 halves the channels that bypass the operations in
 * PC-DARTS, https://arxiv.org/abs/1907.05737
 * @param x images [batch, height, width, channels]
 * @param options `size` of the window; `stride` s
 * @returns [batch, ceil(height / stride), ceil(width / stride), channels] for size 3; for size 2
 * [batch, floor((height - 2) / stride) + 1, floor((width - 2) / stride) + 1, channels]
 * @example
 * ```ts
 * import { loadWasmKernels, maxPool } from "@bnas/kernels";
 * import { grad, type Tensor, type Tensor4D, tensor4d } from "@tensorflow/tfjs-core";
 *
 * await loadWasmKernels();
 * const x = tensor4d([1, 7, 7, 4], [1, 2, 2, 1]);
 * const pool = (x: Tensor) => maxPool(x as Tensor4D, { size: 2, stride: 2 });
 * pool(x).dataSync(); // => [7]
 * grad(pool)(x).dataSync(); // => [0, 1, 0, 0]
 * ```
 */
export const maxPool = (x: Tensor4D, options: MaxPoolOptions): Tensor4D => {
  const [y, winner] = run("BnasMaxPool", { x }, { ...options, ...extentOf(x) });
  winner.dispose(); // The tape, if one is running, has a reference of its own.
  return y;
};

export const maxPoolGradient = gradient("BnasMaxPool", {
  saveOutputs: [false, true],
  grad: ([dy]: [Tensor4D], [winner]: [Tensor4D], attrs) => ({
    x: () => run("BnasMaxPoolGrad", { winner, dy }, attrs),
  }),
});
