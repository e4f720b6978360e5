import { type Spec, traitsOf } from "@bnas/search";
import type { ComparedRun } from "./compared-run.js";

/** Something that is not the same in all runs, with its value in each, in their order. */
export type RunDifference = {
  /**
   * `data` and `budget` forbid to compare accuracies; `draw`, `code` and `engine` may change them; `unrecorded` says what cannot be known.
   */
  readonly what: "data" | "budget" | "draw" | "code" | "engine" | "unrecorded";
  /** `train.epochs`, of a budget. */
  readonly field: string;
  readonly values: readonly string[];
};

/** The fields of a spec in which runs are there to differ, or which change no accuracy. */
const FREE: ReadonlySet<string> = new Set([
  ...["seed", "strategy", "genotype", "dataset", "weight", "dedicated", "derive", "none"],
  ...["train.seeds", "train.randomRivals", "train.fullPrecisionTwin", "train.publishedRival"],
]);

/** What makes the numbers of runs incomparable, or may: data and budget first, then code and engine, then what is not recorded. */
export const runDifferences = (runs: readonly ComparedRun[]): readonly RunDifference[] => [
  ...dataDifferences(runs, "data"),
  ...budgetDifferences(runs),
  ...dataDifferences(runs, "draw"),
  ...differing(
    "code",
    "digest of the code",
    runs.map(({ provenance }) => digests(provenance.makers.map((one) => one.code.digest))),
  ),
  ...differing(
    "engine",
    "digest of the engine",
    runs.map(({ provenance }) => digests(provenance.makers.map((one) => one.engine.digest))),
  ),
  ...unrecorded(runs),
];

/** Whether accuracies of these runs may be compared: same data, same budget, as far as is recorded. */
export const areComparable = (differences: readonly RunDifference[]): boolean =>
  differences.every(({ what }) => what !== "data" && what !== "budget");

/** Undefined: not recorded. */
type Value = string | undefined;

const dataOf = ({ provenance }: ComparedRun): Value => provenance.datasetDigest;

/**
 * Other data; or other images of one source, where runs of different seeds have drawn them: the seed chooses the training images where
 * `data.limit` leaves some out, and all images of `shapes:`.
 */
const dataDifferences = (runs: readonly ComparedRun[], what: "data" | "draw"): readonly RunDifference[] => {
  const drawn = runs.every(({ spec }) => spec.data.limit > 0 || spec.dataset.startsWith("shapes:"));
  const oneSource = new Set(runs.map(({ spec }) => spec.dataset)).size === 1;
  const digestsOf = (seed: number) =>
    new Set(runs.flatMap((run) => (run.spec.seed === seed ? (dataOf(run) ?? []) : [])));
  const bySeed = drawn && oneSource && runs.every(({ spec }) => digestsOf(spec.seed).size <= 1);
  return what === (bySeed ? "draw" : "data") ? differing(what, "digest of the data", runs.map(dataOf)) : [];
};

/** Of several makers all of theirs. */
const digests = (found: readonly string[]): Value =>
  found.length === 0 ? undefined : [...new Set(found)].sort().join(" and ");

/** The difference, if two of the values that there are differ. @param otherwise what is said of a run that has none */
const differing = (
  what: RunDifference["what"],
  field: string,
  values: readonly Value[],
  otherwise = "not recorded",
): readonly RunDifference[] => {
  const known = new Set(values.filter((value) => value !== undefined));
  return known.size < 2 ? [] : [{ what, field, values: values.map((value) => value ?? otherwise) }];
};

/** Fields that count only where samples or a supernet are trained; a genotype that is drawn or given takes none of that. */
const OF_SEARCH =
  /^(warmup|reduction|strengths|sample|protocol|supernet|parallel|budget|network\.(cells|channels|partial)|weights\.(rate|leastRate|decay))\b/;

const budgetDifferences = (runs: readonly ComparedRun[]): readonly RunDifference[] => {
  const specs = runs.map(({ spec }) => leavesOf(spec));
  const fields = [...new Set(specs.flatMap((spec) => [...spec.keys()]))].filter((field) => !FREE.has(field));
  return fields.flatMap((field) =>
    differing(
      "budget",
      field,
      specs.map((spec) => spec.get(field)),
      "none",
    ),
  );
};

/** How many samples are trained side by side counts only where it is one, which is another order of updates (docs/parallel.md). */
const orderOf = ({ parallel, protocol }: Spec): string => (protocol === "fair" || parallel > 1 ? "any" : "1");

/** Every field of a spec by its path, as text. A space of one's own is one field. */
const leavesOf = (spec: Spec): ReadonlyMap<string, string> => {
  const leaves = new Map<string, string>();
  const visit = (value: unknown, path: string): void => {
    const isGroup = typeof value === "object" && value !== null && path !== "space" && path !== "genotype";
    if (!isGroup) leaves.set(path, typeof value === "string" ? value : JSON.stringify(value));
    else for (const [key, inner] of Object.entries(value)) visit(inner, path === "" ? key : `${path}.${key}`);
  };
  visit({ ...spec, parallel: orderOf(spec) }, "");
  if (traitsOf(spec.strategy).trains === "nothing") {
    for (const field of leaves.keys()) if (OF_SEARCH.test(field)) leaves.delete(field);
  }
  return leaves;
};

const unrecorded = (runs: readonly ComparedRun[]): readonly RunDifference[] => {
  const of = (field: string, lacks: (run: ComparedRun) => boolean): readonly RunDifference[] =>
    runs.some(lacks)
      ? [{ what: "unrecorded", field, values: runs.map((run) => (lacks(run) ? "not recorded" : "recorded")) }]
      : [];
  return [
    ...of("digest of the data", (run) => dataOf(run) === undefined),
    ...of("digests of code and engine", ({ provenance }) => provenance.unrecorded > 0),
  ];
};
