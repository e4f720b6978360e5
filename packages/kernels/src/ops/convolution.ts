import type { Tensor, Tensor4D } from "@tensorflow/tfjs-core";
import type { WeightMap } from "../quantizers/xnor.js";

// What the convolutions share: the map q that their input passes first, and the kernels that they are made of.

/**
 * What a convolution does to its input first, element by element: nothing (`identity`), `relu`, or {@link sign}. The map is part of the kernel, so that no mapped image is ever stored.
 *
 * @forward `identity: q(x) = x`, `relu: q(x) = max(x, 0)`, `sign: q(x) = 1 where x >= 0, else -1`
 * $$q_{\mathrm{relu}}(x) = \max(x, 0)$$
 * @backward `identity: dq/dx = 1`, `relu: dq/dx = 1 where x > 0, else 0`, `sign: dq/dx = 1 where |x| <= 1, else 0`
 * $$\frac{\partial q_{\mathrm{relu}}}{\partial x} = \mathbf{1}[x > 0]$$
 * @edge The gradient of relu at 0 is 0.
 * @source DARTS applies a ReLU before every convolution of a cell: Liu, Simonyan, Yang, "DARTS: Differentiable Architecture
 * Search", ICLR 2019, https://arxiv.org/abs/1806.09055
 * @example
 * ```ts
 * import { loadWasmKernels, pointwise } from "@bnas/kernels";
 * import { tensor2d, tensor4d } from "@tensorflow/tfjs-core";
 *
 * await loadWasmKernels();
 * const x = tensor4d([-2, -0.5, 0, 0.5, 2], [1, 1, 5, 1]);
 * const through = pointwise(x, tensor2d([[1]]), { input: "relu", weight: "real", stride: 1, offset: 0 });
 * through.dataSync(); // => [0, 0, 0, 0.5, 2]
 * ```
 */
export type InputMap = "identity" | "relu" | "sign";

export type ConvOptions = { readonly input: InputMap; readonly weight: WeightMap };

export type Convolution = { readonly x: Tensor4D; readonly w: Tensor };
export type ConvolutionGrad = Convolution & { readonly dy: Tensor4D };
