export { averagePool, averagePoolGrad, globalAverage, globalAverageGrad } from "./average-pool";
export { copyChannels, fillZeros, shuffle } from "./channels";
export { conv3x3, conv3x3GradW, conv3x3GradX } from "./conv3x3";
export { depthwise, depthwiseGradW, depthwiseGradX } from "./depthwise";
export { maxPool, maxPoolGrad } from "./max-pool";
export { batchNorm, batchNormGrad } from "./norm";
export { pointwise, pointwiseGradW, pointwiseGradX } from "./pointwise";
export { lend } from "./scratch";
export { innerProducts, scaleBy, weightedSum } from "./weighted-sum";
