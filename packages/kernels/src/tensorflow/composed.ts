import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { KernelName, Kernels } from "../contract.js";
import * as averages from "./average-pool.js";
import type { Raw } from "./binding.js";
import * as channels from "./channels.js";
import * as conv3x3 from "./conv3x3.js";
import * as depthwise from "./depthwise.js";
import type { MaxPool } from "./max-pool.js";
import * as norm from "./norm.js";
import * as pointwise from "./pointwise.js";
import type { TensorFlow } from "./tensorflow.js";

export type Result = Raw | TensorInfo | readonly (Raw | TensorInfo)[];

export type OnTensorflow = {
  readonly [K in KernelName]: (tf: TensorFlow, inputs: Kernels[K]["inputs"], attrs: Kernels[K]["attrs"]) => Result;
};

/** Every kernel of TensorFlow's own operations: on every device, with every build of the library. */
export const composedWith = (maxPool: MaxPool): OnTensorflow => ({
  BnasDepthwise: depthwise.depthwise,
  BnasDepthwiseGradX: depthwise.depthwiseGradX,
  BnasDepthwiseGradW: depthwise.depthwiseGradW,
  BnasPointwise: pointwise.pointwise,
  BnasPointwiseGradX: pointwise.pointwiseGradX,
  BnasPointwiseGradW: pointwise.pointwiseGradW,
  BnasConv3x3: conv3x3.conv3x3,
  BnasConv3x3GradX: conv3x3.conv3x3GradX,
  BnasConv3x3GradW: conv3x3.conv3x3GradW,
  BnasBatchNorm: norm.batchNorm,
  BnasBatchNormGrad: norm.batchNormGrad,
  BnasMaxPool: (tf, { x }, attrs) => maxPool.forward(tf, tf.of(x), attrs),
  BnasMaxPoolGrad: (tf, { winner, dy }, attrs) => maxPool.backward(tf, tf.opaque(winner), tf.of(dy), attrs),
  BnasAvgPool: averages.avgPool,
  BnasAvgPoolGrad: averages.avgPoolGrad,
  BnasWeightedSum: channels.weightedSum,
  BnasWeightedSumGradX: channels.weightedSumGradX,
  BnasWeightedSumGradWeights: channels.weightedSumGradWeights,
  BnasConcat: channels.concatChannels,
  BnasSlice: channels.sliceChannels,
  BnasSliceGrad: channels.sliceChannelsGrad,
  BnasShuffle: channels.shuffleChannels,
  BnasGlobalAveragePool: averages.globalAveragePool,
  BnasGlobalAveragePoolGrad: averages.globalAveragePoolGrad,
});
