import { type Tensor, type Tensor4D, util } from "@tensorflow/tfjs-core";
import { type Kernel, kernelsOf } from "../kernel.js";
import type { ConvOptions, Convolution, ConvolutionGrad } from "./convolution.js";
import { check } from "./shapes.js";

export type DepthwiseOptions = ConvOptions & { readonly stride: 1 | 2; readonly dilation: 1 | 2 };

export type DepthwiseKernels = {
  BnasDepthwise: Kernel<Convolution, DepthwiseOptions, Tensor4D>;
  BnasDepthwiseGradX: Kernel<ConvolutionGrad, DepthwiseOptions, Tensor4D>;
  BnasDepthwiseGradW: Kernel<ConvolutionGrad, DepthwiseOptions, Tensor>;
};
const { run, gradient } = kernelsOf<DepthwiseKernels>();

/**
 * Depthwise k x k convolution: every channel has a filter of its own. Stride s, dilation d, zero padding p = d * (k - 1) / 2.
 *
 * @forward `y[n,i,j,c] = sum over u,v of q(x)[n, s*i + d*u - p, s*j + d*v - p, c] * q(w)[u,v,c]`, q(x) as `input` says and
 * q(w) as `weight` says
 * $$y_{nijc} = \sum_{u,v=0}^{k-1} q(x)_{n,\; si+du-p,\; sj+dv-p,\; c} \; q(w)_{uvc}$$
 * @backward `dx = dq/dx * (the transposed convolution of dy with q(w))`, `dq(w)[u,v,c] = sum over n,i,j of
 * dy[n,i,j,c] * q(x)[n, s*i + d*u - p, s*j + d*v - p, c]`, and from dq(w) to dw as `weight` says
 * $$\frac{\partial L}{\partial x_{nabc}} = \frac{\partial q}{\partial x_{nabc}}
 *   \sum_{\substack{i,j,u,v \\ si+du-p=a \\ sj+dv-p=b}} \frac{\partial L}{\partial y_{nijc}} \, q(w)_{uvc}
 *   \qquad
 *   \frac{\partial L}{\partial q(w)_{uvc}} = \sum_{n,i,j} \frac{\partial L}{\partial y_{nijc}} \;
 *   q(x)_{n,\; si+du-p,\; sj+dv-p,\; c}$$
 * @edge The padding is 0 after the map: a padded pixel adds nothing, also where sign(0) is +1. The last row and column of an
 * odd extent are read with stride 2 too.
 * @source The halves of `sep_conv` and `dil_conv` of DARTS, https://arxiv.org/abs/1806.09055. Depthwise separable: Chollet,
 * "Xception", CVPR 2017, https://arxiv.org/abs/1610.02357. Dilation: Yu, Koltun, "Multi-Scale Context Aggregation by Dilated
 * Convolutions", ICLR 2016, https://arxiv.org/abs/1511.07122
 * @param x images [batch, height, width, channels]
 * @param w filters [k, k, channels], k 3 or 5
 * @param options `input` and `weight`: the maps q; `stride` s; `dilation` d
 * @returns [batch, ceil(height / stride), ceil(width / stride), channels]
 * @throws if w is no such filter
 * @example
 * ```ts
 * import { depthwise, loadWasmKernels } from "@bnas/kernels";
 * import { ones, tensor4d } from "@tensorflow/tfjs-core";
 *
 * await loadWasmKernels();
 * const x = tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
 * const y = depthwise(x, ones([3, 3, 1]), { input: "identity", weight: "real", stride: 2, dilation: 1 });
 * y.dataSync(); // => [12, 16, 24, 28]
 * y.shape; // => [1, 2, 2, 1]
 * ```
 */
export const depthwise = (x: Tensor4D, w: Tensor, options: DepthwiseOptions): Tensor4D => {
  const c = x.shape[3];
  check(
    [3, 5].some((k) => util.arraysEqual(w.shape, [k, k, c])),
    () => `depthwise: w is [${w.shape}], not [3,3,${c}] or [5,5,${c}]`,
  );
  // The tape asks for gradients in the order of the inputs: for those of the weights first, then for the input's.
  return run("BnasDepthwise", { w, x }, options);
};

export const depthwiseGradient = gradient("BnasDepthwise", {
  save: ["x", "w"],
  grad: (dy: Tensor4D, [x, w]: [Tensor4D, Tensor], attrs) => ({
    x: () => run("BnasDepthwiseGradX", { x, w, dy }, attrs),
    w: () => run("BnasDepthwiseGradW", { x, w, dy }, attrs),
  }),
});
