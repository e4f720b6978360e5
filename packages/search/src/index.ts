// The whole surface of the package. Within a group: values, then types.

export { genotypeOfLikelihoods, genotypeOfStrengths, randomGenotype } from "./algorithm/derive.js";
export { drawPaths } from "./algorithm/draw-paths.js";
export { updateLikelihoods } from "./algorithm/likelihood.js";
export { leastLikely, likeliest, likelihoodsOf, narrow } from "./algorithm/reduce.js";
export { drawPass, smallest } from "./algorithm/sample.js";
export { type Evaluated, meanAccuracies, scoresOf, softmax } from "./algorithm/score.js";
// What a budget allows.
export {
  type Affordable,
  type Budget,
  bestWithin,
  budgetFront,
  type CostRange,
  costRange,
  costsOf,
  leastWithin,
  prepareBudget,
} from "./budget/budget.js";
export { type Costs, type LinkCosts, METRICS, type Metric } from "./budget/costs.js";
export { type Worths, worthOf, worthsOf } from "./budget/worth.js";
export { type Difference, differingField } from "./differing-field.js";
export { type AccuracyVariance, accuracyVariance } from "./explain/accuracy-variance.js";
export { explain } from "./explain/explain.js";
export { type EdgeLedger, ledger, type OperationLedger, type RoundLedger } from "./explain/ledger.js";
export type { Measure } from "./explain/measure.js";
export { type Maker, type Provenance, provenanceOf } from "./explain/provenance.js";
export { greatestOf, leastOf } from "./extremes.js";
// What happened.
export {
  type CheckpointRef,
  type FactMark,
  isOwner,
  type MadeBy,
  type PerOperation,
  type Trained,
} from "./facts/fact-parts.js";
export { parseRecorded } from "./facts/fact-schema.js";
export { FACT_VERSION, FACT_VERSIONS } from "./facts/fact-version.js";
export type { End, Fact, FactKey, FactKeyOf, FactOf, Recorded, RequestTo, Stage, Tombstone } from "./facts/facts.js";
export { checkFits } from "./facts/fits.js";
export {
  answerOf,
  keyFields,
  keyOf,
  patternOf,
  patternsOf,
  requestOf,
  resultSubject,
  subjectOf,
} from "./facts/keys.js";
export {
  END_KINDS,
  endKindOf,
  endsSearch,
  isComputed,
  isRequestTo,
  isTombstone,
  isTrainingJob,
  LAST_KINDS,
  mayWrite,
  requestKindOf,
  requestKindsTo,
  TOMBSTONE_KINDS,
  writerOf,
} from "./facts/kinds.js";
export { record } from "./facts/record.js";
export type { PassId, SampleId } from "./facts/round-facts.js";
export type { EndKind, FactRow, Writer } from "./facts/row.js";
export {
  ALL_SEARCHES,
  isSubject,
  matches,
  parseSearchId,
  searchIdOf,
  searchOfPattern,
  searchPattern,
  subjectOfTail,
  subjectTail,
} from "./facts/subjects.js";
export { FACT_KINDS, type FactKind, rowOf } from "./facts/table.js";
export { architectureText, printAnswer } from "./genotype/architecture-text.js";
export {
  concatOf,
  type DartsGenotype,
  type Genotype,
  genotypeOfCells,
  type Link,
  linksOf,
  PUBLISHED,
  spaceOfGenotype,
} from "./genotype/genotype.js";
export { checkGenotype } from "./genotype/genotype-check.js";
export {
  genotypesIn,
  type NamedGenotype,
  parseGenotype,
  printGenotype,
  printGenotypeJson,
} from "./genotype/genotype-text.js";
export { parseNetwork } from "./genotype/network-check.js";
export { genotypeInSpace } from "./genotype/space-genotype.js";
export { decide, wanted } from "./life/decide.js";
export { decisionContent, type Replayed, replay } from "./life/decisions.js";
export { evolve } from "./life/evolve.js";
export { type Asking, admit, emptyQueue, type FairQueue } from "./life/fair-share.js";
export { countJobs, type Job, planJobs, planMerges, trainsAsJob } from "./life/plan.js";
export { repeatedBy } from "./life/repeated-by.js";
// The life of a search.
export {
  bestAccuracy,
  budgetSpent,
  checkpointBefore,
  checkpointsNeeded,
  endedEarly,
  evaluatedOf,
  type JobProgress,
  jobsInAll,
  jobsOpen,
  type MergeProgress,
  type Round,
  roundsDone,
  type SampleWork,
  type Search,
  searchName,
  start,
  trainedSeconds,
} from "./life/search.js";
// What is trained from the genotype.
export {
  bestEpoch,
  checkpointsOfModel,
  epochsDone,
  isTraining,
  lastOfModel,
  type ModelEpoch,
  type ModelProgress,
} from "./models/model-progress.js";
export {
  compare,
  type GroupComparison,
  type Interval,
  type Outcome,
  outcomesOf,
  type VariantOutcome,
  variantOutcomes,
  wilson,
} from "./models/outcome.js";
export { type ModelPlan, planModels, type Variant } from "./models/plan-models.js";
export { binarizeOf, dataEpoch, dropPathOf, genotypeOfModel, seedOfModel, trainRate } from "./models/recipe.js";
export { nth } from "./nth.js";
// Algorithm 1.
export { exp } from "./random/exponential.js";
export { type Stream, stream } from "./random/random.js";
// What is searched.
export { darts } from "./space/darts.js";
export { nasBench201 } from "./space/nas-bench-201.js";
export {
  at,
  type EdgePlace,
  edgePlaces,
  mapEdges,
  perEdge,
  type Row,
  type Rows,
  row,
} from "./space/per-edge.js";
export {
  type Candidates,
  type Cell,
  type CellKind,
  cellOf,
  countCandidates,
  type Edge,
  edgesInto,
  fullSpace,
  kindsOf,
  linkTargets,
  type Network,
  nodesOf,
  type Operation,
  outputsOf,
  type PerCell,
  type PerEdge,
  roundsOf,
  type Space,
} from "./space/space.js";
export { completeSpec } from "./spec/complete-spec.js";
export { parseSpec } from "./spec/parse-spec.js";
export {
  DEFAULT_PRESET,
  type PartialSpec,
  PRESET_NAMES,
  type PresetName,
  preset,
} from "./spec/presets.js";
export { parseSpaceOfSpec, SPACE_NAMES, spaceOf } from "./spec/space-of.js";
// What is asked.
export { type Spec, specSchema } from "./spec/spec.js";
export { SPEC_FIELDS, type SpecField, specKeys } from "./spec/spec-fields.js";
export { sideMultiple } from "./spec/spec-rules.js";
export {
  DERIVES,
  STRATEGY_NAMES,
  type StrategyTraits,
  traitsOf,
} from "./spec/strategies.js";
export type { Tensors, TensorValue } from "./tensors.js";
// What it is worth.
export { type Assessment, assess } from "./verdict/assess.js";
export { type Binomial, binomial } from "./verdict/binomial.js";
export { classesOf } from "./verdict/classes.js";
export { type Collapse, collapseOf, type Weightless, weightlessOf } from "./verdict/collapse.js";
export { type EdgeShares, resampled } from "./verdict/counterfactual.js";
export type { EdgeOf } from "./verdict/edges.js";
export { type FindingFigures, VERDICTS, type VerdictKind } from "./verdict/finding-figures.js";
export type { Divergence } from "./verdict/loss.js";
export type { Resampling } from "./verdict/resampling.js";
export { type Spread, spreadOf } from "./verdict/spread.js";
export { type EdgeSureness, type Sureness, surenessOf, surenessSentence } from "./verdict/sureness.js";
export { type Ties, tiesOf } from "./verdict/ties.js";
export { type Finding, type KnownOfData, type Verdict, verdictOf } from "./verdict/verdict.js";
export type { FindingWords } from "./verdict/words.js";
