export {
  type CellTimes,
  checkLatency,
  type LatencyCheck,
  type LatencyOptions,
  type LatencyTable,
  latencyCosts,
  measureLatency,
  type OperationTimes,
} from "./budget/latency.js";
export { linkCosts } from "./budget/link-costs.js";
export {
  type Cost,
  sampleCost,
  supernetCost,
} from "./cost/cost.js";
export { largestBatch } from "./cost/memory.js";
export { initialState, parametersOf, tensorNames } from "./cost/parameters.js";
export type { Parameter } from "./cost/trace.js";
export { type CodeVersion, readCode } from "./engine/code-digest.js";
export type { BatchStatistics, Mode } from "./engine/derived-layers.js";
export {
  ENGINE_CHOICES,
  type Engine,
  type EngineChoice,
  type EngineName,
  openEngine,
} from "./engine/engine.js";
export { loadOperations } from "./engine/load-operations.js";
export { meanMagnitudes } from "./engine/maps.js";
export type { DerivedLayers } from "./paper/derived-cell.js";
export type { Binarize, Layers, PartialChannels } from "./paper/layers.js";
export { requireBuildable } from "./paper/networks.js";
export type { LayerOptions, OperationLayer } from "./paper/operation-layer.js";
export { registerOperations } from "./paper/operations.js";
export { type Part, runParts } from "./paper/parts.js";
export { isProjection, withoutProjections } from "./paper/projection.js";
export type { InputShape } from "./paper/stack.js";
export type { Batch, Normalization } from "./train/batch.js";
export { cosineRate } from "./train/cosine.js";
export {
  buildDerived,
  type DerivedNetwork,
  type DerivedOptions,
  derivedPartsOf,
} from "./train/derived.js";
export { type Evaluation, type EvaluationJob, evaluateSample } from "./train/evaluate.js";
export { evaluateModel, type ModelEvaluation, type ModelEvaluationJob } from "./train/evaluate-model.js";
export { type EpochJob, type EpochResult, type TrainingProgress, trainEpoch } from "./train/train-epoch.js";
export {
  isStatistic,
  type ModelEpochJob,
  type ModelEpochResult,
  modelNetwork,
  trainModelEpoch,
} from "./train/train-model.js";
export { type PathsJob, trainPaths } from "./train/train-paths.js";
export { type SampleJob, type SampleResult, trainSample } from "./train/train-sample.js";
