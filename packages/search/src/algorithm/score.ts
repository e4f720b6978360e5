import type { PerOperation } from "../facts/fact-parts.js";
import { at, mapEdges, type Rows, row } from "../space/per-edge.js";
import type { Candidates, Network, Operation } from "../space/space.js";

/** A sampled network and how it did on the reduction split. */
export type Evaluated = {
  readonly network: Network;
  readonly correct: number;
  readonly total: number;
  /** Right answers of its full-precision twin, where a strategy asks for it. */
  readonly parent?: number;
};

/**
 * exp(x_i) / sum of exp(x_j), without overflow. Equal numbers in another order give exactly equal shares.
 * @example
 * ```ts
 * import { softmax } from "@bnas/search";
 *
 * softmax([0, Math.log(3)]); // => [0.25, 0.75]
 * softmax([1000, 1000]); // => [0.5, 0.5]
 * ```
 */
export const softmax = (numbers: readonly number[]): number[] => {
  const most = Math.max(...numbers);
  const powers = numbers.map((number) => Math.exp(number - most));
  const all = sum(powers);
  return powers.map((power) => power / all);
};

/**
 * The sum, by size. Rounding depends on the order of a sum, and the samples of a pass meet each edge in another order: two edges
 * that tie would differ in the last bit.
 */
const sum = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b).reduce((a, b) => a + b, 0);

/**
 * y of line 10: for every sampled operation of every edge the mean accuracy, in [0, 1], of the samples that drew it (lines 9, 10).
 * Every sample is evaluated on the same images, so it is the share of all answers that were right: whole numbers, which add up to
 * the same in any order, and leave operations that tie exactly equal.
 */
export const meanAccuracies = (evaluated: readonly Evaluated[]): Rows =>
  mapEdges(evaluated[0]?.network ?? {}, (_, place) => {
    const correct = new Map<Operation, number>();
    const total = new Map<Operation, number>();
    for (const sample of evaluated) {
      const operation = at(sample.network, place);
      if (operation === undefined) continue;
      correct.set(operation, (correct.get(operation) ?? 0) + sample.correct);
      total.set(operation, (total.get(operation) ?? 0) + sample.total);
    }
    return row([...correct.keys()], (operation) => (correct.get(operation) ?? 0) / (total.get(operation) ?? 1));
  });

/**
 * The scores of one edge: s_small of the accuracies of its sampled operations, and s_large of every other candidate (Algorithm 1,
 * lines 10 and 11).
 */
export const edgeScores = (
  accuracies: readonly number[],
): { readonly small: readonly number[]; readonly large: number } => {
  const small = softmax(accuracies);
  return { small, large: (Math.max(...small) + sum(small) / small.length) / 2 };
};

/**
 * The performance scores of a round: s_small, the softmax over O_small of the mean accuracies (Algorithm 1, line 10), and for
 * every other candidate s_large, half way between the largest and the mean of s_small (line 11).
 * @example
 * ```ts
 * import { darts, fullSpace, perEdge, scoresOf } from "@bnas/search";
 *
 * const candidates = fullSpace(darts);
 * const small = perEdge(darts, () => ["none", "skip_connect"]);
 * const scores = scoresOf(candidates, small, [
 *   { network: perEdge(darts, () => "none"), correct: 10, total: 100 },
 *   { network: perEdge(darts, () => "skip_connect"), correct: 60, total: 100 },
 * ]);
 * scores.normal?.[0]?.skip_connect; // => 0.6225
 * scores.normal?.[0]?.none; // => 0.3775
 * scores.normal?.[0]?.sep_conv_3x3; // => 0.5612
 * ```
 */
export const scoresOf = (candidates: Candidates, small: Candidates, evaluated: readonly Evaluated[]): PerOperation => {
  const accuracies = meanAccuracies(evaluated);
  return mapEdges(candidates, (operations, place) => {
    const sampled = at(small, place) ?? [];
    const accuracy = at(accuracies, place) ?? {};
    const { small: shares, large } = edgeScores(sampled.map((operation) => accuracy[operation] ?? 0));
    return row(operations, (operation) => shares[sampled.indexOf(operation)] ?? large);
  });
};
