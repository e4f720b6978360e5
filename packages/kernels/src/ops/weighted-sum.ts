import type { Tensor1D, Tensor4D } from "@tensorflow/tfjs-core";
import { type Kernel, kernelsOf, type None, type Upstream } from "../kernel.js";
import { check, checkAlike } from "./shapes.js";

type Inputs = readonly [Tensor1D, ...Tensor4D[]];

export type WeightedSumKernels = {
  /** Inputs: the weights, then the summands. */
  BnasWeightedSum: Kernel<Inputs, None, Tensor4D>;
  /** dy * weights[index]: the gradient of one summand. */
  BnasWeightedSumGradX: Kernel<Upstream & { readonly weights: Tensor1D }, { readonly index: number }, Tensor4D>;
  /** Inputs: dy, then the summands. Gives the inner product of dy with each. */
  BnasWeightedSumGradWeights: Kernel<readonly [Tensor4D, ...Tensor4D[]], None, Tensor1D>;
};
const { run, gradient } = kernelsOf<WeightedSumKernels>();

/**
 * The weighted sum of images of one shape: how an edge mixes its operations, and a node its edges.
 *
 * @forward `y = sum over k of weights[k] * xs[k]`
 * $$y = \sum_{k} p_k \, x_k$$
 * @backward `dx[k] = weights[k] * dy`, `dweights[k] = sum over all elements of dy * xs[k]`
 * $$\frac{\partial L}{\partial x_k} = p_k \frac{\partial L}{\partial y}, \qquad
 *   \frac{\partial L}{\partial p_k} = \Big\langle \frac{\partial L}{\partial y}, \, x_k \Big\rangle$$
 * @edge The weights are used as they are given: the softmax of alpha and beta is outside (packages/network). A gradient that
 * is not read is not computed.
 * @source The mixed operation: Liu et al., "DARTS", equation 2, https://arxiv.org/abs/1806.09055. Edge normalization: Xu et al.,
 * "PC-DARTS", ICLR 2020, section 3.3, https://arxiv.org/abs/1907.05737
 * @param xs images [batch, height, width, channels], all of one shape
 * @param weights p [xs.length]
 * @returns as each of xs
 * @throws if the shapes differ or the weights are not as many as the images
 * @example
 * ```ts
 * import { loadWasmKernels, weightedSum } from "@bnas/kernels";
 * import { grads, type Tensor1D, tensor1d, tensor4d } from "@tensorflow/tfjs-core";
 *
 * await loadWasmKernels();
 * const a = tensor4d([1, 2], [1, 1, 2, 1]);
 * const b = tensor4d([10, 20], [1, 1, 2, 1]);
 * const p = tensor1d([0.25, 0.75]);
 * weightedSum([a, b], p).dataSync(); // => [7.75, 15.5]
 * const ofWeights = grads((p) => weightedSum([a, b], p as Tensor1D));
 * ofWeights([p])[0]?.dataSync(); // => [3, 30]
 * ```
 */
export const weightedSum = (xs: readonly Tensor4D[], weights: Tensor1D): Tensor4D => {
  checkAlike("weightedSum", xs, 4);
  check(weights.size === xs.length, () => `weightedSum: ${weights.size} weights for ${xs.length} tensors`);
  return run("BnasWeightedSum", [weights, ...xs], {});
};

export const weightedSumGradient = gradient("BnasWeightedSum", {
  saveAllInputs: true,
  grad: (dy: Tensor4D, [weights, ...xs]: Inputs) => ({
    0: () => run("BnasWeightedSumGradWeights", [dy, ...xs], {}),
    ...Object.fromEntries(
      xs.map((_, index) => [index + 1, () => run("BnasWeightedSumGradX", { dy, weights }, { index })]),
    ),
  }),
});
