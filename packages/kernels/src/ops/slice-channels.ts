import type { Tensor4D } from "@tensorflow/tfjs-core";
import { type Kernel, kernelsOf, type Upstream } from "../kernel.js";
import { check } from "./shapes.js";

export type SliceOptions = { readonly begin: number; readonly size: number };

type Attributes = SliceOptions & { readonly channels: number };

export type SliceKernels = {
  BnasSlice: Kernel<{ readonly x: Tensor4D }, Attributes, Tensor4D>;
  /** dy at its channels, zero elsewhere. */
  BnasSliceGrad: Kernel<Upstream, Attributes, Tensor4D>;
};
const { run, gradient } = kernelsOf<SliceKernels>();

/**
 * The channels [begin, begin + size): the partial channels of PC-DARTS. The first 1/C of a node's channels pass the operations,
 * the rest bypass them.
 *
 * @forward `y[..., c] = x[..., begin + c]`, for c < size
 * $$y_{nijc} = x_{nij,\; \text{begin} + c}$$
 * @backward `dx[..., begin + c] = dy[..., c]`, 0 at the other channels
 * $$\frac{\partial L}{\partial x_{nija}} = \begin{cases}
 *   \partial L / \partial y_{nij,\; a - \text{begin}} & \text{begin} \leq a < \text{begin} + \text{size} \\
 *   0 & \text{elsewhere} \end{cases}$$
 * @edge PC-DARTS lets a mask S choose the channels; as in its authors' code, the mask is always the first ones, and the shuffle
 * (ops/shuffle-channels.ts) gives the others their turn.
 * @source Xu et al., "PC-DARTS: Partial Channel Connections for Memory-Efficient Architecture Search", ICLR 2020, section 3.2,
 * https://arxiv.org/abs/1907.05737
 * @param x images [batch, height, width, channels]
 * @param options `begin`: the first channel that is kept; `size`: how many are
 * @returns [batch, height, width, size]
 * @throws if x has not these channels
 * @example
 * ```ts
 * import { loadWasmKernels, sliceChannels } from "@bnas/kernels";
 * import { tensor4d } from "@tensorflow/tfjs-core";
 *
 * await loadWasmKernels();
 * const x = tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 2, 4]);
 * sliceChannels(x, { begin: 1, size: 2 }).dataSync(); // => [2, 3, 6, 7]
 * ```
 */
export const sliceChannels = (x: Tensor4D, options: SliceOptions): Tensor4D => {
  const { begin, size } = options;
  const channels = x.shape[3];
  check(
    begin >= 0 && size > 0 && begin + size <= channels,
    () => `sliceChannels: channels ${begin} to ${begin + size} of ${channels}`,
  );
  return run("BnasSlice", { x }, { begin, size, channels });
};

export const sliceGradient = gradient("BnasSlice", {
  grad: (dy: Tensor4D, _: [], attrs) => ({ x: () => run("BnasSliceGrad", { dy }, attrs) }),
});
