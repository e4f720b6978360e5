import type { Tensor4D } from "@tensorflow/tfjs-core";
import { type Kernel, kernelsOf, type Upstream } from "../kernel.js";
import { type Extent, extentOf } from "./shapes.js";

export type GlobalAveragePoolKernels = {
  BnasGlobalAveragePool: Kernel<{ readonly x: Tensor4D }, Extent, Tensor4D>;
  BnasGlobalAveragePoolGrad: Kernel<Upstream, Extent, Tensor4D>;
};
const { run, gradient } = kernelsOf<GlobalAveragePoolKernels>();

/**
 * The mean of every channel over an image, before the classifier.
 *
 * @forward `y[n,0,0,c] = sum over i,j of x[n,i,j,c] / (height * width)`
 * $$y_{nc} = \frac{1}{hw} \sum_{i,j} x_{nijc}$$
 * @backward `dx[n,i,j,c] = dy[n,0,0,c] / (height * width)`
 * $$\frac{\partial L}{\partial x_{nijc}} = \frac{1}{hw} \frac{\partial L}{\partial y_{nc}}$$
 * @edge The result keeps a height and a width of 1, so that a pointwise convolution can be the classifier.
 * @source Lin, Chen, Yan, "Network In Network", ICLR 2014, section 3.2, https://arxiv.org/abs/1312.4400
 * @param x images [batch, height, width, channels]
 * @returns [batch, 1, 1, channels]
 * @example
 * ```ts
 * import { globalAveragePool, loadWasmKernels } from "@bnas/kernels";
 * import { tensor4d } from "@tensorflow/tfjs-core";
 *
 * await loadWasmKernels();
 * const x = tensor4d([1, 10, 2, 20, 3, 30, 6, 60], [1, 2, 2, 2]);
 * globalAveragePool(x).dataSync(); // => [3, 30]
 * ```
 */
export const globalAveragePool = (x: Tensor4D): Tensor4D => run("BnasGlobalAveragePool", { x }, extentOf(x));

export const globalAveragePoolGradient = gradient("BnasGlobalAveragePool", {
  grad: (dy: Tensor4D, _: [], attrs) => ({ x: () => run("BnasGlobalAveragePoolGrad", { dy }, attrs) }),
});
