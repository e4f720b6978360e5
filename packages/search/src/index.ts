// The whole surface of the package. Within a group: values, then types.

export { decide, wanted } from "./decide.js";
export { decisionContent, type Replayed, replay } from "./decisions.js";
export { genotypeOfLikelihoods, genotypeOfStrengths, randomGenotype } from "./derive.js";
export { type Difference, differingField } from "./differing-field.js";
export { evolve } from "./evolve.js";
export { explain } from "./explain.js";
export { factSchema, parseRecorded, recordedSchema } from "./fact-schema.js";
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
} from "./facts.js";
export { type Asking, admit, emptyQueue, type FairQueue } from "./fair-share.js";
export { CONCAT, type Genotype, type Link, PUBLISHED } from "./genotype.js";
export { checkGenotype, parseNetwork } from "./genotype-check.js";
export { parseGenotype, printGenotype, printGenotypeJson } from "./genotype-text.js";
export { InvalidInput } from "./invalid-input.js";
export { type EdgeLedger, ledger, type OperationLedger, type RoundLedger } from "./ledger.js";
export { noLikelihoods, updateLikelihoods } from "./likelihood.js";
export { nearest } from "./nearest.js";
// What is searched.
export { OPERATIONS, type Operation } from "./operations.js";
export { parseSpec } from "./parse-spec.js";
export { at, EDGE_PLACES, type EdgePlace, type PerEdge, perEdge, type Row, type Rows, row } from "./per-edge.js";
export { candidatesIn, countJobs, type Job, planJobs, planMerges, sameJob } from "./plan.js";
export {
  DEFAULT_PRESET,
  isPresetName,
  type PartialSpec,
  PRESET_NAMES,
  type PresetName,
  preset,
} from "./presets.js";
// Algorithm 1.
export { type Stream, stream } from "./random.js";
export { leastLikely, likeliest, likelihoodsOf, narrow, ROUNDS } from "./reduce.js";
export { drawPass, samplesPerPass, smallest } from "./sample.js";
export { type Judged, meanAccuracies, scoresOf, softmax } from "./score.js";
// The life of a search.
export {
  bestAccuracy,
  budgetSpent,
  checkpointBefore,
  checkpointsNeeded,
  type End,
  endedEarly,
  endsSearch,
  isTombstone,
  jobsOpen,
  judgedOf,
  type Merge,
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
  type Work,
} from "./search.js";
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
} from "./space.js";
// What is asked.
export { type Spec, specSchema } from "./spec.js";
export { SPEC_FIELDS, type SpecField, specKeys } from "./spec-fields.js";
export {
  ALL_SEARCHES,
  matches,
  parseSearchId,
  record,
  resultSubject,
  searchIdOf,
  searchPattern,
  subjectOf,
} from "./subjects.js";
export type { Tensors, TensorValue } from "./tensors.js";
export { FACT_KINDS, mayWrite, writerOf } from "./writers.js";
