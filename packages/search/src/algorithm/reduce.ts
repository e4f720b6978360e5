import type { PerOperation } from "../facts/fact-parts.js";
import { at, mapEdges, row } from "../space/per-edge.js";
import type { Candidates, Operation, PerEdge } from "../space/space.js";

/**
 * The candidate of least likelihood of every edge; of equals the lower index goes (Algorithm 1, line 13).
 * @example
 * ```ts
 * import { darts, leastLikely, perEdge } from "@bnas/search";
 *
 * const candidates = perEdge(darts, () => ["none", "max_pool_3x3", "skip_connect"]);
 * const likelihoods = perEdge(darts, () => ({ none: 0.5, max_pool_3x3: 0.2, skip_connect: 0.2 }));
 * leastLikely(candidates, likelihoods).normal?.[0]; // => "max_pool_3x3"
 * ```
 */
export const leastLikely = (candidates: Candidates, likelihoods: PerOperation): PerEdge<Operation> =>
  mapEdges(candidates, (left, place) => {
    const likelihood = (operation: Operation) => at(likelihoods, place)?.[operation] ?? 0;
    return left.reduce((least, next) => (likelihood(next) < likelihood(least) ? next : least));
  });

/** Of every edge the candidate of most likelihood alone; of equals the higher index, which `leastLikely` would leave for last. */
export const likeliest = (candidates: Candidates, likelihoods: PerOperation): Candidates =>
  mapEdges(candidates, (left, place) => {
    const likelihood = (operation: Operation) => at(likelihoods, place)?.[operation] ?? 0;
    return [left.reduce((most, next) => (likelihood(next) >= likelihood(most) ? next : most))];
  });

/** The candidates without the one that is abandoned on every edge: K <- K - 1. */
export const narrow = (candidates: Candidates, abandoned: PerEdge<Operation>): Candidates =>
  mapEdges(candidates, (left, place) => left.filter((operation) => operation !== at(abandoned, place)));

/** The likelihoods of those that are left. */
export const likelihoodsOf = (left: Candidates, likelihoods: PerOperation): PerOperation =>
  mapEdges(left, (operations, place) => row(operations, (operation) => at(likelihoods, place)?.[operation] ?? 0));
