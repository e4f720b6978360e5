import type { Tensor4D } from "@tensorflow/tfjs-core";
import { type Kernel, kernelsOf } from "../kernel.js";
import { check } from "./shapes.js";

export type ShuffleOptions = { readonly groups: number };

export type ShuffleKernels = { BnasShuffle: Kernel<{ readonly x: Tensor4D }, ShuffleOptions, Tensor4D> };
const { run, gradient } = kernelsOf<ShuffleKernels>();

/**
 * Channel shuffle: of each of G groups the first channel, then of each the second, and so on. After it, the channels that passed
 * the operations and those that bypassed them alternate.
 *
 * @forward `y[..., i * G + g] = x[..., g * m + i]`, G groups of m = channels / G
 * $$y_{\ldots,\; iG + g} = x_{\ldots,\; gm + i}, \qquad 0 \leq g < G, \quad 0 \leq i < m$$
 * @backward `dx[..., g * m + i] = dy[..., i * G + g]`: the shuffle with m groups, which is the inverse
 * $$\frac{\partial L}{\partial x_{\ldots,\; gm + i}} = \frac{\partial L}{\partial y_{\ldots,\; iG + g}}$$
 * @edge With 1 group, or as many as there are channels, nothing moves.
 * @source Zhang, Zhou, Lin, Sun, "ShuffleNet", CVPR 2018, section 3.1, https://arxiv.org/abs/1707.01083. PC-DARTS shuffles after
 * every edge with G = C, https://arxiv.org/abs/1907.05737 (its authors' code)
 * @param x images [batch, height, width, channels]
 * @param options `groups` G
 * @returns as x
 * @throws if the groups do not divide the channels
 * @example
 * ```ts
 * import { loadWasmKernels, shuffleChannels } from "@bnas/kernels";
 * import { tensor4d } from "@tensorflow/tfjs-core";
 *
 * await loadWasmKernels();
 * const x = tensor4d([0, 1, 2, 3, 4, 5], [1, 1, 1, 6]);
 * const y = shuffleChannels(x, { groups: 2 });
 * y.dataSync(); // => [0, 3, 1, 4, 2, 5]
 * shuffleChannels(y, { groups: 3 }).dataSync(); // => [0, 1, 2, 3, 4, 5]
 * ```
 */
export const shuffleChannels = (x: Tensor4D, options: ShuffleOptions): Tensor4D => {
  const { groups } = options;
  check(x.shape[3] % groups === 0, () => `shuffleChannels: ${x.shape[3]} channels in ${groups} groups`);
  return run("BnasShuffle", { x }, options);
};

export const shuffleGradient = gradient("BnasShuffle", {
  // Shuffling by the other factor is the inverse.
  grad: (dy: Tensor4D, _: [], { groups }) => ({
    x: () => run("BnasShuffle", { x: dy }, { groups: dy.shape[3] / groups }),
  }),
});
