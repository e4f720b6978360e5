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
  traitsOf,
} from "@bnas/search";
import { type Cells, cellsOf } from "./cells.js";
import { type Condition, drawStrengths, type Strengths, worthsOf } from "./conditions.js";
import { searchOnce } from "./one-search.js";
import { a12, a12Error, quantile, rankOf } from "./statistics.js";
import type { Table } from "./table.js";

/** A way to search: a strategy, and whether `none` competes. It gives a row for each way that its answer is taken. */
export type Contender = {
  readonly name: string;
  readonly spec: { readonly strategy: Spec["strategy"]; readonly none?: Spec["none"] };
};

export const CONTENDERS: readonly Contender[] = [
  { name: "random-search", spec: { strategy: "random-search" } },
  { name: "evolution", spec: { strategy: "evolution" } },
  { name: "pc-darts", spec: { strategy: "pc-darts" } },
  { name: "bnas", spec: { strategy: "bnas" } },
  { name: "bnas, none excluded", spec: { strategy: "bnas", none: "excluded" } },
  { name: "bnas-ucb", spec: { strategy: "bnas-ucb" } },
  { name: "cp-nas", spec: { strategy: "cp-nas" } },
  { name: "posterior", spec: { strategy: "posterior" } },
  { name: "posterior, none excluded", spec: { strategy: "posterior", none: "excluded" } },
];

/** The rows of a contender: its own name for the default of `derive`, and one each for the others. */
const namesOf = ({ name, spec: { strategy } }: Contender): string[] =>
  traitsOf(strategy).derive.map((derive, index) => (index === 0 ? name : `${name}, ${derive}`));

/** Ablations are looked at where strengths say nothing and nothing drifts; the others under every condition. */
const runs = ({ spec: { none } }: Contender, { strengths, drift }: Condition): boolean =>
  none === undefined || (strengths === "random" && drift === 0);

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

/** The column of full precision, from which CP-NAS takes the parents of its samples. */
const FULL_PRECISION = "float";

/** Who can compete on a table: without `none` in its space nothing is left out, and without a column of full precision there is no parent. */
const contendersOn = ({ space, columns }: Table): Contender[] => {
  const { operations } = spaceOf(parseSpec({ ...COMMON, space }));
  return CONTENDERS.filter(
    ({ spec }) =>
      (spec.none === undefined || operations.includes("none")) &&
      (traitsOf(spec.strategy).twins !== true || columns.includes(FULL_PRECISION)),
  );
};

/** What is compared on a table under some conditions. */
export const tasksOf = (table: Table, conditions: readonly Condition[]): Task[] => {
  const contenders = contendersOn(table);
  return conditions.flatMap((condition) =>
    contenders.filter((contender) => runs(contender, condition)).map((contender) => ({ contender, condition })),
  );
};

/** The column of a table, and what its searches have in common. */
type Known = {
  readonly cells: Cells;
  /** The column of full precision, or where there is none the cells themselves. */
  readonly twins: Cells;
  readonly worths: PerOperation;
  /** The round that a sample would be in by its number, as the paper counts. */
  readonly roundOf: (sample: number) => number;
};

const knownOf = (table: Table, column: string): Known => {
  const paper = parseSpec({ ...COMMON, space: table.space, strategy: "bnas" });
  const space = spaceOf(paper);
  const cells = cellsOf(space, table, column);
  const twins = table.columns.includes(FULL_PRECISION) ? cellsOf(space, table, FULL_PRECISION) : cells;
  const rounds = planJobs(paper).flatMap((job) => (job.kind === "sample" ? [job.round - 1] : []));
  return { cells, twins, worths: worthsOf(space, cells.all), roundOf: (sample) => rounds[sample] ?? 0 };
};

/** The searches of a task, each with its own seed. */
export const answersOf = (table: Table): ((task: Task, seeds: readonly number[]) => Answers) => {
  const known = new Map<string, Known>();
  return ({ contender, condition }, seeds) => {
    const { column, strengths, noise, drift } = condition;
    const { cells, twins, worths, roundOf } = known.get(column) ?? knownOf(table, column);
    known.set(column, { cells, twins, worths, roundOf });
    const found = seeds.map((seed) => {
      const spec = parseSpec({ ...COMMON, ...contender.spec, space: table.space, seed });
      const space = spaceOf(spec);
      const alpha = within(space, drawStrengths(worths, strengths, stream(seed, "rigor", "alpha")));
      const world = { accuracyOf: cells.accuracyOf, twinOf: twins.accuracyOf, alpha, noise, drift };
      return searchOnce(spec, space, { derives: traitsOf(spec.strategy).derive, world, roundOf });
    });
    return {
      rows: namesOf(contender).map((name, at) => ({
        name,
        accuracies: found.map(({ accuracies }) => accuracies[at] ?? 0),
      })),
      samples: found[0]?.samples ?? 0,
    };
  };
};

/** What a contender's searches end with, percent, one a seed. */
export type Answers = {
  readonly rows: readonly { readonly name: string; readonly accuracies: readonly number[] }[];
  readonly samples: number;
};

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
  const all = done.flatMap(({ task: { condition }, answers: { rows, samples } }) =>
    rows.map(({ name, accuracies }) => ({ name, condition, accuracies, samples })),
  );
  const rival = (name: string, condition: Condition): readonly number[] => {
    const found = all.find((one) => one.name === name && isSame(one.condition, condition));
    if (found === undefined) throw new RangeError(`no answers of ${name}`);
    return found.accuracies;
  };
  return all.map(({ name, condition, accuracies, samples }) => {
    const random = rival("random-search", condition);
    const evolution = rival("evolution", condition);
    return {
      strategy: name,
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

const isSame = (one: Condition, other: Condition): boolean =>
  one.column === other.column &&
  one.strengths === other.strengths &&
  one.noise === other.noise &&
  one.drift === other.drift;

/** Every accuracy of a column, the least first. */
export type Sorted = (column: string) => readonly number[];
