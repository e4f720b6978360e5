import {
  fullSpace,
  type PerOperation,
  parseSpec,
  perEdge,
  planJobs,
  type Space,
  type Spec,
  spaceOf,
  stream,
} from "@bnas/search";
import { type Cells, cellsOf } from "./cells.js";
import { type Condition, drawStrengths, STRENGTHS, type Strengths, worthsOf } from "./conditions.js";
import { searchOnce } from "./one-search.js";
import { a12, a12Error, quantile, rankOf } from "./statistics.js";
import type { Table } from "./table.js";

/** A way to search: a strategy, and where it has such, what its answer is taken from and whether `none` competes. */
export type Contender = {
  readonly name: string;
  readonly spec: {
    readonly strategy: Spec["strategy"];
    readonly derive?: Spec["derive"];
    readonly none?: Spec["none"];
  };
  /** Whether strengths change what it does. */
  readonly strengths: boolean;
};

export const CONTENDERS: readonly Contender[] = [
  { name: "random-search", spec: { strategy: "random-search" }, strengths: false },
  { name: "evolution", spec: { strategy: "evolution" }, strengths: false },
  { name: "random", spec: { strategy: "random" }, strengths: false },
  { name: "pc-darts", spec: { strategy: "pc-darts" }, strengths: true },
  { name: "bnas", spec: { strategy: "bnas" }, strengths: true },
  { name: "bnas, best-sample", spec: { strategy: "bnas", derive: "best-sample" }, strengths: true },
  { name: "bnas, none excluded", spec: { strategy: "bnas", none: "excluded" }, strengths: true },
  { name: "bnas-ucb", spec: { strategy: "bnas-ucb" }, strengths: true },
  { name: "random-search, estimate", spec: { strategy: "random-search", derive: "estimate" }, strengths: true },
  { name: "posterior", spec: { strategy: "posterior" }, strengths: true },
  { name: "posterior, survivors", spec: { strategy: "posterior", derive: "survivors" }, strengths: true },
  { name: "posterior, best-sample", spec: { strategy: "posterior", derive: "best-sample" }, strengths: true },
  { name: "posterior, none excluded", spec: { strategy: "posterior", none: "excluded" }, strengths: true },
];

/** The contenders that are compared under every condition; the others, ablations, where strengths say nothing and nothing drifts. */
const MAIN = ["random-search", "evolution", "pc-darts", "bnas", "bnas-ucb", "posterior"];

/** A row of the table. */
export type Row = {
  readonly strategy: string;
  readonly column: string;
  readonly strengths: Strengths;
  readonly noise: number;
  readonly drift: number;
  readonly samples: number;
  readonly medianRank: number;
  /** 10th percentile of the answers' accuracies, percent. */
  readonly p10: number;
  readonly p10Random: number;
  readonly a12Random: number;
  readonly a12RandomError: number;
  readonly a12Evolution: number;
  readonly a12EvolutionError: number;
};

/** Work that one process does: a contender under a condition. */
export type Task = { readonly contender: Contender; readonly condition: Condition };

/** Whether a contender runs under a condition. */
const runs = ({ name }: Contender, { strengths, drift }: Condition): boolean =>
  MAIN.includes(name) || (strengths === "random" && drift === 0);

export const tasksOf = (conditions: readonly Condition[]): Task[] =>
  conditions.flatMap((condition) =>
    CONTENDERS.filter((contender) => runs(contender, condition)).flatMap((contender) =>
      // Where strengths change nothing one row stands for all.
      contender.strengths || condition.strengths === STRENGTHS[0] ? [{ contender, condition }] : [],
    ),
  );

/** The column of a table, and what its searches have in common. */
type Known = {
  readonly cells: Cells;
  readonly worths: PerOperation;
  /** The round that a sample would be in by its number, as the paper counts. */
  readonly roundOf: (sample: number) => number;
};

const knownOf = (table: Table, column: string): Known => {
  const paper = parseSpec({ ...COMMON, space: table.space, strategy: "bnas" });
  const space = spaceOf(paper);
  const cells = cellsOf(space, table, column);
  const rounds = planJobs(paper).flatMap((job) => (job.kind === "sample" ? [job.round - 1] : []));
  return { cells, worths: worthsOf(space, cells.all), roundOf: (sample) => rounds[sample] ?? 0 };
};

/** The accuracies, in percent, that a contender's searches end with, one a seed. */
export const answersOf = (table: Table): ((task: Task, seeds: readonly number[]) => Answers) => {
  const known = new Map<string, Known>();
  return ({ contender, condition }, seeds) => {
    const { column, strengths, noise, drift } = condition;
    const { cells, worths, roundOf } = known.get(column) ?? knownOf(table, column);
    known.set(column, { cells, worths, roundOf });
    const found = seeds.map((seed) => {
      const spec = parseSpec({ ...COMMON, ...contender.spec, space: table.space, seed });
      const space = spaceOf(spec);
      const alpha = within(space, drawStrengths(worths, strengths, stream(seed, "rigor", "alpha")));
      return searchOnce(spec, space, { accuracyOf: cells.accuracyOf, alpha, noise, drift }, roundOf);
    });
    return { accuracies: found.map(({ accuracy }) => accuracy), samples: found[0]?.samples ?? 0 };
  };
};

export type Answers = { readonly accuracies: readonly number[]; readonly samples: number };

/** Three passes a round, as the paper has; images and epochs play no part here. */
const COMMON = { preset: "smoke", warmup: { epochs: 1 }, reduction: { passes: 3, settleEpochs: 0 } } as const;

/** The strengths of the operations that a space has. */
const within = (space: Space, alpha: PerOperation): PerOperation => {
  const all = fullSpace(space);
  return perEdge(space, ({ cell, edge }) =>
    Object.fromEntries((all[cell]?.[edge] ?? []).map((name) => [name, alpha[cell]?.[edge]?.[name] ?? 0])),
  );
};

/** The rows of the table from the answers of all tasks. Rivals are those of the same column, noise and drift. */
export const rowsOf = (done: readonly { readonly task: Task; readonly answers: Answers }[], sorted: Sorted): Row[] => {
  const rival = (name: string, { column, noise, drift }: Condition): readonly number[] => {
    const found = done.find(
      ({ task: { contender, condition } }) =>
        contender.name === name &&
        condition.column === column &&
        condition.noise === noise &&
        condition.drift === drift,
    );
    if (found === undefined) throw new RangeError(`no answers of ${name}`);
    return found.answers.accuracies;
  };
  return done.map(({ task: { contender, condition }, answers: { accuracies, samples } }) => {
    const random = rival("random-search", condition);
    const evolution = rival("evolution", condition);
    return {
      strategy: contender.name,
      ...condition,
      samples,
      medianRank: rankOf(sorted(condition.column), quantile(accuracies, 0.5)),
      p10: quantile(accuracies, 0.1),
      p10Random: quantile(random, 0.1),
      a12Random: a12(accuracies, random),
      a12RandomError: a12Error(accuracies, random),
      a12Evolution: a12(accuracies, evolution),
      a12EvolutionError: a12Error(accuracies, evolution),
    };
  });
};

/** Every accuracy of a column, the least first. */
export type Sorted = (column: string) => readonly number[];
