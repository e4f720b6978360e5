export type { Batch, Normalization } from "./batch.js";
export { cosineRate } from "./cosine.js";
export {
  type Cost,
  costOf,
  countParameters,
  type ParameterCount,
  sampleCost,
  supernetCost,
} from "./cost.js";
export {
  buildDerived,
  type DerivedNetwork,
  type DerivedOptions,
  updateStatistics,
  uploadWeights,
} from "./derived.js";
export type { BatchStatistics, Mode } from "./derived-layers.js";
export { ENGINE_NAMES, type Engine, type EngineName, openEngine } from "./engine.js";
export { type Evaluation, type EvaluationJob, evaluateSample } from "./evaluate.js";
export { largestBatch } from "./memory.js";
export { initialState, parametersOf, tensorNames } from "./parameters.js";
export type { InputShape } from "./stack.js";
export type { Parameter } from "./trace.js";
export { type EpochJob, type EpochResult, type Progress, trainEpoch } from "./train-epoch.js";
export { type SampleJob, type SampleResult, trainSample } from "./train-sample.js";
