import type { Tensor, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { type Kernel, kernelsOf } from "../kernel.js";
import type { ConvOptions, Convolution, ConvolutionGrad } from "./convolution.js";
import { check } from "./shapes.js";

export type PointwiseOptions = ConvOptions & { readonly stride: 1 | 2; readonly offset: 0 | 1 };

export type PointwiseKernels = {
  BnasPointwise: Kernel<Convolution, PointwiseOptions, Tensor4D>;
  BnasPointwiseGradX: Kernel<ConvolutionGrad, PointwiseOptions, Tensor4D>;
  BnasPointwiseGradW: Kernel<ConvolutionGrad, PointwiseOptions, Tensor>;
};
const { run, gradient } = kernelsOf<PointwiseKernels>();

/**
 * 1 x 1 convolution: every pixel's channels times one matrix. With stride 2 it reads the pixels (2i + offset, 2j + offset):
 * two of them, one for each offset, make the factorized reduce.
 *
 * @forward `y[n,i,j,o] = sum over c of q(x)[n, s*i + offset, s*j + offset, c] * q(w)[c,o]`, q(x) as `input` says and q(w) as
 * `weight` says
 * $$y_{nijo} = \sum_{c} q(x)_{n,\; si+r,\; sj+r,\; c} \; q(w)_{co}, \qquad r = \text{offset}$$
 * @backward `dx[n, s*i + offset, s*j + offset, c] = dq/dx * (sum over o of dy[n,i,j,o] * q(w)[c,o])`, 0 at pixels that are not
 * read; `dq(w)[c,o] = sum over n,i,j of q(x)[n, s*i + offset, s*j + offset, c] * dy[n,i,j,o]`, and from dq(w) to dw as
 * `weight` says
 * $$\frac{\partial L}{\partial x_{n,\; si+r,\; sj+r,\; c}} = \frac{\partial q}{\partial x}
 *   \sum_{o} \frac{\partial L}{\partial y_{nijo}} \, q(w)_{co}
 *   \qquad
 *   \frac{\partial L}{\partial q(w)_{co}} = \sum_{n,i,j} q(x)_{n,\; si+r,\; sj+r,\; c} \,
 *   \frac{\partial L}{\partial y_{nijo}}$$
 * @edge There is no padding. Where the extent is odd, the two grids of a factorized reduce differ in size: it needs even ones.
 * @source The second half of `sep_conv` and `dil_conv`, the preprocessing of a cell and the factorized reduce of DARTS,
 * https://arxiv.org/abs/1806.09055
 * @param x images [batch, height, width, channels]
 * @param w matrix [channels, outputs]
 * @param options `input` and `weight`: the maps q; `stride` s; `offset` of the first pixel that is read, in both directions
 * @returns [batch, ceil((height - offset) / stride), ceil((width - offset) / stride), outputs]
 * @throws if w is no such matrix
 * @example
 * ```ts
 * import { loadWasmKernels, pointwise } from "@bnas/kernels";
 * import { tensor2d, tensor4d } from "@tensorflow/tfjs-core";
 *
 * await loadWasmKernels();
 * const x = tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
 * const w = tensor2d([[1, 10]]);
 * const all = pointwise(x, w, { input: "identity", weight: "real", stride: 1, offset: 0 });
 * all.dataSync(); // => [1, 10, 2, 20, 3, 30, 4, 40]
 * const shifted = pointwise(x, w, { input: "identity", weight: "real", stride: 2, offset: 1 });
 * shifted.dataSync(); // => [4, 40]
 * ```
 */
export const pointwise = (x: Tensor4D, w: Tensor2D, options: PointwiseOptions): Tensor4D => {
  const c = x.shape[3];
  check(w.rank === 2 && w.shape[0] === c, () => `pointwise: w is [${w.shape}], not [${c},outputs]`);
  // The tape asks for gradients in the order of the inputs: for those of the weights first, then for the input's.
  return run("BnasPointwise", { w, x }, options);
};

export const pointwiseGradient = gradient("BnasPointwise", {
  save: ["x", "w"],
  grad: (dy: Tensor4D, [x, w]: [Tensor4D, Tensor], attrs) => ({
    x: () => run("BnasPointwiseGradX", { x, w, dy }, attrs),
    w: () => run("BnasPointwiseGradW", { x, w, dy }, attrs),
  }),
});
