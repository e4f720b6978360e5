// The whole surface of the package. Within a group: values, then types.

export { genotypeOfLikelihoods, genotypeOfStrengths, randomGenotype } from "./algorithm/derive.js";
export { noLikelihoods, updateLikelihoods } from "./algorithm/likelihood.js";
export { leastLikely, likeliest, likelihoodsOf, narrow, ROUNDS } from "./algorithm/reduce.js";
export { drawPass, samplesPerPass, smallest } from "./algorithm/sample.js";
export { type Evaluated, meanAccuracies, scoresOf, softmax } from "./algorithm/score.js";
export { type Difference, differingField } from "./differing-field.js";
export { explain } from "./explain/explain.js";
export { type EdgeLedger, ledger, type OperationLedger, type RoundLedger } from "./explain/ledger.js";
export { factSchema, parseRecorded, recordedSchema } from "./facts/fact-schema.js";
// What happened.
export type {
  CheckpointRef,
  EndKind,
  Fact,
  FactKind,
  FactOf,
  PassId,
  PerOperation,
  Recorded,
  SampleId,
  Stage,
  Trained,
  Writer,
} from "./facts/facts.js";
export {
  ALL_SEARCHES,
  matches,
  parseSearchId,
  record,
  resultSubject,
  searchIdOf,
  searchPattern,
  subjectOf,
} from "./facts/subjects.js";
export { FACT_KINDS, mayWrite, writerOf } from "./facts/writers.js";
export { CONCAT, type Genotype, type Link, PUBLISHED } from "./genotype/genotype.js";
export { checkGenotype, parseNetwork } from "./genotype/genotype-check.js";
export { parseGenotype, printGenotype, printGenotypeJson } from "./genotype/genotype-text.js";
export { decide, wanted } from "./life/decide.js";
export { decisionContent, type Replayed, replay } from "./life/decisions.js";
export { evolve } from "./life/evolve.js";
export { type Asking, admit, emptyQueue, type FairQueue } from "./life/fair-share.js";
export { candidatesIn, countJobs, type Job, planJobs, planMerges, sameJob } from "./life/plan.js";
// The life of a search.
export {
  bestAccuracy,
  budgetSpent,
  checkpointBefore,
  checkpointsNeeded,
  type End,
  endedEarly,
  endsSearch,
  evaluatedOf,
  isTombstone,
  jobsOpen,
  type MergeProgress,
  passOf,
  type Round,
  roundsDone,
  type SampleWork,
  type Search,
  samplesOf,
  searchName,
  start,
  type Tombstone,
  trainedSeconds,
  type JobProgress,
} from "./life/search.js";
// Algorithm 1.
export { type Stream, stream } from "./random/random.js";
// What is searched.
export { OPERATIONS, type Operation } from "./space/operations.js";
export { at, EDGE_PLACES, type EdgePlace, type PerEdge, perEdge, type Row, type Rows, row } from "./space/per-edge.js";
export {
  type Candidates,
  CELL_KINDS,
  type CellKind,
  EDGES,
  type Edge,
  fullSpace,
  type Network,
  type PerCell,
  STEPS,
} from "./space/space.js";
export { parseSpec } from "./spec/parse-spec.js";
export {
  DEFAULT_PRESET,
  isPresetName,
  type PartialSpec,
  PRESET_NAMES,
  type PresetName,
  preset,
} from "./spec/presets.js";
// What is asked.
export { type Spec, specSchema } from "./spec/spec.js";
export { SPEC_FIELDS, type SpecField, specKeys } from "./spec/spec-fields.js";
export type { Tensors, TensorValue } from "./tensors.js";
