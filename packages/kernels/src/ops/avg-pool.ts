import type { Tensor4D } from "@tensorflow/tfjs-core";
import { type Kernel, kernelsOf, type Upstream } from "../kernel.js";
import { type Extent, extentOf } from "./shapes.js";

export type AvgPoolOptions = { readonly stride: 1 | 2 };

export type AvgPoolKernels = {
  BnasAvgPool: Kernel<{ readonly x: Tensor4D }, AvgPoolOptions & Extent, Tensor4D>;
  BnasAvgPoolGrad: Kernel<Upstream, AvgPoolOptions & Extent, Tensor4D>;
};
const { run, gradient } = kernelsOf<AvgPoolKernels>();

/**
 * 3 x 3 average pooling, padding 1. The average excludes the padding.
 *
 * @forward `y[n,i,j,c] = mean of x[n, s*i + u - 1, s*j + v - 1, c] over the u,v inside the image`; N(i,j) is their number: 9,
 * less at the border
 * $$y_{nijc} = \frac{1}{N_{ij}} \sum_{u,v=0}^{2} x_{n,\; si+u-1,\; sj+v-1,\; c}$$
 * @backward `dx[n,a,b,c] = sum of dy[n,i,j,c] / N(i,j) over the windows (i,j) that hold the pixel (a,b)`
 * $$\frac{\partial L}{\partial x_{nabc}} = \sum_{\text{windows } (i,j) \ni (a,b)}
 *   \frac{1}{N_{ij}} \frac{\partial L}{\partial y_{nijc}}$$
 * @edge A corner's window holds 4 pixels, an edge's 6.
 * @source `avg_pool_3x3` of DARTS (`count_include_pad=False`), https://arxiv.org/abs/1806.09055
 * @param x images [batch, height, width, channels]
 * @param options `stride` s
 * @returns [batch, ceil(height / stride), ceil(width / stride), channels]
 * @example
 * ```ts
 * import { avgPool, loadWasmKernels } from "@bnas/kernels";
 * import { tensor4d } from "@tensorflow/tfjs-core";
 *
 * await loadWasmKernels();
 * const x = tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
 * avgPool(x, { stride: 2 }).dataSync(); // => [3, 4, 6, 7]
 * ```
 */
export const avgPool = (x: Tensor4D, options: AvgPoolOptions): Tensor4D =>
  run("BnasAvgPool", { x }, { ...options, ...extentOf(x) });

export const avgPoolGradient = gradient("BnasAvgPool", {
  grad: (dy: Tensor4D, _: [], attrs) => ({ x: () => run("BnasAvgPoolGrad", { dy }, attrs) }),
});
