import type { OpenRow } from "./row.js";
import type { Pair } from "./statistics.js";

/** Pairs that are not counted: after them the code is compiled and the caches are full. */
export const WARM_UP_PAIRS = 2;

/** Measures both halves in turn, A B A B, so that a machine that changes its speed changes it for both. */
export const interleave = async ({ measured, reference }: OpenRow, count: number): Promise<readonly Pair[]> => {
  const pairs: Pair[] = [];
  for (let pair = 0; pair < WARM_UP_PAIRS + count; pair++) {
    pairs.push({ measured: await measured(), reference: await reference() });
  }
  return pairs.slice(WARM_UP_PAIRS);
};
