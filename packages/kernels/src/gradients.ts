import { type GradConfig, getGradient, registerGradient } from "@tensorflow/tfjs-core";
import { avgPoolGradient } from "./ops/avg-pool.js";
import { batchNormGradient } from "./ops/batch-norm.js";
import { concatGradient } from "./ops/concat-channels.js";
import { conv3x3Gradient } from "./ops/conv3x3.js";
import { depthwiseGradient } from "./ops/depthwise.js";
import { globalAveragePoolGradient } from "./ops/global-average-pool.js";
import { maxPoolGradient } from "./ops/max-pool.js";
import { pointwiseGradient } from "./ops/pointwise.js";
import { shuffleGradient } from "./ops/shuffle-channels.js";
import { sliceGradient } from "./ops/slice-channels.js";
import { weightedSumGradient } from "./ops/weighted-sum.js";

const gradients: readonly GradConfig[] = [
  depthwiseGradient,
  pointwiseGradient,
  conv3x3Gradient,
  batchNormGradient,
  maxPoolGradient,
  avgPoolGradient,
  globalAveragePoolGradient,
  weightedSumGradient,
  concatGradient,
  sliceGradient,
  shuffleGradient,
];

/** Makes the operations differentiable on every backend. A second call changes nothing. */
export const registerGradients = (): void => {
  for (const gradient of gradients) if (getGradient(gradient.kernelName) == null) registerGradient(gradient);
};
