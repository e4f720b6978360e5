import { type Tensor, type Tensor4D, util } from "@tensorflow/tfjs-core";
import { type Kernel, kernelsOf } from "../kernel.js";
import type { Convolution, ConvolutionGrad } from "./convolution.js";
import { check } from "./shapes.js";

export type Conv3x3Options = { readonly stride: 1 | 2; readonly relu: boolean };

export type Conv3x3Kernels = {
  BnasConv3x3: Kernel<Convolution, Conv3x3Options, Tensor4D>;
  BnasConv3x3GradX: Kernel<ConvolutionGrad, Conv3x3Options, Tensor4D>;
  BnasConv3x3GradW: Kernel<ConvolutionGrad, Conv3x3Options, Tensor>;
};
const { run, gradient } = kernelsOf<Conv3x3Kernels>();

/**
 * 3 x 3 convolution in full precision, for the stem and the auxiliary head. Stride s, zero padding 1.
 *
 * @forward `y[n,i,j,o] = sum over u,v,c of q(x)[n, s*i + u - 1, s*j + v - 1, c] * w[u,v,c,o]`, q(x) = max(x, 0) if `relu`, else x
 * $$y_{nijo} = \sum_{u,v=0}^{2} \sum_{c} q(x)_{n,\; si+u-1,\; sj+v-1,\; c} \; w_{uvco}$$
 * @backward `dx = dq/dx * (the transposed convolution of dy with w)`, `dw[u,v,c,o] = sum over n,i,j of
 * q(x)[n, s*i + u - 1, s*j + v - 1, c] * dy[n,i,j,o]`
 * $$\frac{\partial L}{\partial x_{nabc}} = \frac{\partial q}{\partial x_{nabc}}
 *   \sum_{\substack{i,j,u,v,o \\ si+u-1=a \\ sj+v-1=b}} \frac{\partial L}{\partial y_{nijo}} \, w_{uvco}
 *   \qquad
 *   \frac{\partial L}{\partial w_{uvco}} = \sum_{n,i,j} q(x)_{n,\; si+u-1,\; sj+v-1,\; c} \,
 *   \frac{\partial L}{\partial y_{nijo}}$$
 * @edge The gradient of relu at 0 is 0. The last row and column of an odd extent are read with stride 2 too.
 * @source The stem and the auxiliary head of DARTS, https://arxiv.org/abs/1806.09055; the authors of BNAS leave them in full
 * precision, https://arxiv.org/abs/1911.10862
 * @param x images [batch, height, width, channels]
 * @param w filters [3, 3, channels, outputs]
 * @param options `stride` s; `relu`: whether the input passes it first
 * @returns [batch, ceil(height / stride), ceil(width / stride), outputs]
 * @throws if w is no such filter
 * @example
 * ```ts
 * import { conv3x3, loadWasmKernels } from "@bnas/kernels";
 * import { ones, type Tensor4D, tensor4d } from "@tensorflow/tfjs-core";
 *
 * await loadWasmKernels();
 * const x = tensor4d([1, -2, 3, 4], [1, 2, 2, 1]);
 * const w: Tensor4D = ones([3, 3, 1, 1]);
 * conv3x3(x, w, { stride: 1, relu: false }).dataSync(); // => [6, 6, 6, 6]
 * conv3x3(x, w, { stride: 1, relu: true }).dataSync(); // => [8, 8, 8, 8]
 * ```
 */
export const conv3x3 = (x: Tensor4D, w: Tensor4D, options: Conv3x3Options): Tensor4D => {
  const c = x.shape[3];
  check(util.arraysEqual(w.shape.slice(0, 3), [3, 3, c]), () => `conv3x3: w is [${w.shape}], not [3,3,${c},outputs]`);
  return run("BnasConv3x3", { x, w }, options);
};

export const conv3x3Gradient = gradient("BnasConv3x3", {
  save: ["x", "w"],
  grad: (dy: Tensor4D, [x, w]: [Tensor4D, Tensor], attrs) => ({
    x: () => run("BnasConv3x3GradX", { x, w, dy }, attrs),
    w: () => run("BnasConv3x3GradW", { x, w, dy }, attrs),
  }),
});
