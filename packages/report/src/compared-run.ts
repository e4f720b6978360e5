import {
  bestAccuracy,
  collapseOf,
  compare,
  evolve,
  type GroupComparison,
  outcomesOf,
  type Provenance,
  provenanceOf,
  type Recorded,
  type Search,
  type Spec,
  spaceOf,
  start,
  type Variant,
  type VariantOutcome,
  variantOutcomes,
  verdictOf,
} from "@bnas/search";
import { answeredGenotype, type VariantCost } from "./report-input.js";
import { areComparable, runDifferences } from "./run-differences.js";
import { type Latency, type Summary, summary } from "./summary.js";

/** A run as it stands beside others: what its facts say, and what was counted and measured when it ended. */
export type ComparedRun = {
  /** As it was called. */
  readonly name: string;
  readonly spec: Spec;
  /** `finished`, `failed`, `cancelled`, or `not ended`. */
  readonly state: string;
  /** The kind of the verdict; undefined before the end. */
  readonly verdict: string | undefined;
  /** Whether its answer collapsed; undefined without one. */
  readonly collapsed: boolean | undefined;
  /** Of a sample, in [0, 1]. */
  readonly bestSample: number | undefined;
  readonly models: readonly VariantOutcome[];
  /** Networks of the answer against those of the first run; undefined of the first, where either has none, and where they are not comparable. */
  readonly againstFirst: GroupComparison | undefined;
  readonly seconds: Summary["seconds"];
  readonly work: Summary["work"];
  readonly costs: readonly VariantCost[] | undefined;
  readonly latency: Latency | null;
  readonly provenance: Provenance;
};

/** What a run is read from. */
export type RunSource = {
  readonly name: string;
  readonly searchId: string;
  readonly facts: readonly Recorded[];
  /** Of its summary.json, where there is one. */
  readonly costs: readonly VariantCost[] | undefined;
  readonly latency: Latency | null;
};

/**
 * Runs side by side, in the order in which they were named.
 * @throws RangeError for one whose facts do not begin with `search.opened`
 */
export const comparedRuns = (sources: readonly RunSource[]): readonly ComparedRun[] => {
  const runs = sources.map(comparedRun);
  const [first] = runs;
  return runs.map((run) =>
    first === undefined || run === first ? run : { ...run, againstFirst: against(run, first) },
  );
};

const against = (run: ComparedRun, first: ComparedRun): GroupComparison | undefined => {
  const [own, others] = [accuraciesOf(run, "answer"), accuraciesOf(first, "answer")];
  if (own.length === 0 || others.length === 0 || !areComparable(runDifferences([first, run]))) return undefined;
  return compare(own, others);
};

const comparedRun = ({ name, searchId, facts, costs, latency }: RunSource): ComparedRun => {
  const search = facts.reduce((folded, { fact }) => evolve(folded, fact), start(searchId));
  const { spec } = search;
  if (spec === undefined) throw new RangeError(`${name} has no fact search.opened`);
  const { seconds, work } = summary(facts, { peakMemoryBytes: null, latency });
  const genotype = answeredGenotype(search);
  return {
    ...{ name, spec, seconds, work, costs, latency },
    state: stateOf(search),
    verdict: verdictOf(search)?.kind,
    collapsed: genotype === undefined ? undefined : collapseOf(genotype, spaceOf(spec)) !== undefined,
    bestSample: bestAccuracy(search),
    models: variantOutcomes(outcomesOf(search)),
    againstFirst: undefined,
    provenance: provenanceOf(facts),
  };
};

const stateOf = ({ ended }: Search): string => (ended === undefined ? "not ended" : ended.kind.replace("search.", ""));

/** Accuracies of the networks of a variant, in [0, 1]; none where none was trained. */
const accuraciesOf = (run: ComparedRun, variant: Variant): readonly number[] =>
  run.models.find((one) => one.variant === variant)?.accuracies ?? [];
