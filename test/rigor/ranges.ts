import type { Row } from "./rows.js";

/** What a row may be: its figures in CI, with as many seeds as the file says, lie in these. */
export type Ranges = {
  /** Searches a row that the ranges are for: every search follows from its seed, so the figures are the same everywhere. */
  readonly seeds: number;
  readonly rows: readonly {
    readonly strategy: string;
    readonly column: string;
    readonly strengths: string;
    readonly noise: number;
    readonly drift: number;
    readonly a12Random: readonly [number, number];
    readonly a12Evolution: readonly [number, number];
    /** Whether the 10th percentile may not be below that of random search. */
    readonly p10AboveRandom: boolean;
  }[];
};

/** What is outside, a sentence each; a range that no row has is one. */
export const isWithin = (rows: readonly Row[], ranges: Ranges): string[] =>
  ranges.rows.flatMap((range) => {
    const { strategy, column, strengths, noise, drift } = range;
    const name = `${strategy}, ${column}, strengths ${strengths}, noise ${noise}, drift ${drift}`;
    const row = rows.find(
      (one) =>
        one.strategy === strategy &&
        one.column === column &&
        one.strengths === strengths &&
        one.noise === noise &&
        one.drift === drift,
    );
    if (row === undefined) return [`${name}: there is no such row`];
    const outside = (figure: string, value: number, [least, most]: readonly [number, number]): string[] =>
      value >= least && value <= most ? [] : [`${name}: ${figure} is ${value.toFixed(3)}, not in ${least} to ${most}`];
    return [
      ...outside("A12 against random search", row.a12Random, range.a12Random),
      ...outside("A12 against evolution", row.a12Evolution, range.a12Evolution),
      ...(range.p10AboveRandom && row.p10 < row.p10Random
        ? [`${name}: the 10th percentile ${row.p10.toFixed(2)} is below random search's ${row.p10Random.toFixed(2)}`]
        : []),
    ];
  });
