import { getKernel, type KernelFunc, registerKernel, type Tensor, tidy } from "@tensorflow/tfjs-core";
import type { KernelName, Kernels } from "./contract.js";
import { registerGradients } from "./gradients.js";
import * as channels from "./portable/channels.js";
import { conv3x3, conv3x3GradW, conv3x3GradX } from "./portable/conv3x3.js";
import { depthwise, depthwiseGradW, depthwiseGradX } from "./portable/depthwise.js";
import { batchNorm, batchNormGrad } from "./portable/norm.js";
import { pointwise, pointwiseGradW, pointwiseGradX } from "./portable/pointwise.js";
import * as pool from "./portable/pool.js";

type Portable = {
  readonly [K in KernelName]: (inputs: Kernels[K]["inputs"], attrs: Kernels[K]["attrs"]) => Kernels[K]["output"];
};

const kernels: Portable = {
  BnasDepthwise: depthwise,
  BnasDepthwiseGradX: depthwiseGradX,
  BnasDepthwiseGradW: depthwiseGradW,
  BnasPointwise: pointwise,
  BnasPointwiseGradX: pointwiseGradX,
  BnasPointwiseGradW: pointwiseGradW,
  BnasConv3x3: conv3x3,
  BnasConv3x3GradX: conv3x3GradX,
  BnasConv3x3GradW: conv3x3GradW,
  BnasBatchNorm: batchNorm,
  BnasBatchNormGrad: batchNormGrad,
  BnasMaxPool: pool.maxPool,
  BnasMaxPoolGrad: pool.maxPoolGrad,
  BnasAvgPool: pool.avgPool,
  BnasAvgPoolGrad: pool.avgPoolGrad,
  BnasWeightedSum: channels.weightedSum,
  BnasWeightedSumGradX: channels.weightedSumGradX,
  BnasWeightedSumGradWeights: channels.weightedSumGradWeights,
  BnasConcat: channels.concatChannels,
  BnasSlice: channels.sliceChannels,
  BnasSliceGrad: channels.sliceChannelsGrad,
  BnasShuffle: channels.shuffleChannels,
  BnasGlobalAveragePool: pool.globalAveragePool,
  BnasGlobalAveragePoolGrad: pool.globalAveragePoolGrad,
};

/**
 * Makes every operation run on a backend by composing what the core API offers: right everywhere, fast nowhere. A second
 * call changes nothing.
 * @param backendName as registered with TensorFlow.js: `cpu`, `tensorflow`
 * @example
 * ```ts
 * import "@tensorflow/tfjs-backend-cpu";
 * import { globalAveragePool, registerPortableKernels } from "@bnas/kernels";
 * import { setBackend, tensor4d } from "@tensorflow/tfjs-core";
 *
 * registerPortableKernels("cpu");
 * await setBackend("cpu");
 * globalAveragePool(tensor4d([1, 2, 3, 6], [1, 2, 2, 1])).dataSync(); // => [3]
 * ```
 */
export const registerPortableKernels = (backendName: string): void => {
  registerGradients();
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    if (getKernel(kernelName, backendName) !== undefined) continue;
    // The engine hands over the tensors that `run` was called with and takes tensors back; Portable has their real types.
    const compose = kernel as unknown as (inputs: unknown, attrs: unknown) => Tensor | Tensor[];
    const kernelFunc: KernelFunc = ({ inputs, attrs }) => tidy(() => compose(inputs, attrs));
    registerKernel({ kernelName, backendName, kernelFunc });
  }
};
