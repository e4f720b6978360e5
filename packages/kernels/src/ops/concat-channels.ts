import type { Tensor4D } from "@tensorflow/tfjs-core";
import { type Kernel, kernelsOf } from "../kernel.js";
import { checkAlike } from "./shapes.js";
import type { SliceKernels } from "./slice-channels.js";

export type ConcatKernels = {
  BnasConcat: Kernel<readonly Tensor4D[], { readonly sizes: readonly number[] }, Tensor4D>;
};
const { run, gradient } = kernelsOf<ConcatKernels & SliceKernels>();

/**
 * Concatenation of channels, in order: a cell's output is the concatenation of its nodes.
 *
 * @forward `y[..., b(k) + c] = xs[k][..., c]`, b(k) the number of channels before the k-th image
 * $$y_{nij,\; b_k + c} = (x_k)_{nijc}, \qquad b_k = \sum_{l<k} \text{channels of } x_l$$
 * @backward `dx[k][..., c] = dy[..., b(k) + c]`: each image gets its own channels back
 * $$\frac{\partial L}{\partial (x_k)_{nijc}} = \frac{\partial L}{\partial y_{nij,\; b_k + c}}$$
 * @edge Images may differ in their number of channels, and in nothing else.
 * @source DARTS, section 2.1 (the output of a cell), https://arxiv.org/abs/1806.09055
 * @param xs images [batch, height, width, channels of each]
 * @returns [batch, height, width, sum of the channels]
 * @throws if batch, height or width differ
 * @example
 * ```ts
 * import { concatChannels, loadWasmKernels } from "@bnas/kernels";
 * import { tensor4d } from "@tensorflow/tfjs-core";
 *
 * await loadWasmKernels();
 * const wide = tensor4d([1, 2, 3, 4], [1, 1, 2, 2]);
 * const thin = tensor4d([10, 20], [1, 1, 2, 1]);
 * concatChannels([wide, thin]).dataSync(); // => [1, 2, 10, 3, 4, 20]
 * ```
 */
export const concatChannels = (xs: readonly Tensor4D[]): Tensor4D => {
  checkAlike("concatChannels", xs, 3);
  return run("BnasConcat", xs, { sizes: xs.map((x) => x.shape[3]) });
};

export const concatGradient = gradient("BnasConcat", {
  grad: (dy: Tensor4D, _: [], { sizes }) => {
    const begin = (index: number) => sizes.slice(0, index).reduce((sum, size) => sum + size, 0);
    const channels = begin(sizes.length);
    return Object.fromEntries(
      sizes.map((size, index) => [index, () => run("BnasSlice", { x: dy }, { begin: begin(index), size, channels })]),
    );
  },
});
