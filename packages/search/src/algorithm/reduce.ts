import type { PerOperation } from "../facts/fact-parts.js";
import { nth } from "../nth.js";
import type { Operation } from "../space/operations.js";
import { type PerEdge, perEdge, row } from "../space/per-edge.js";
import type { Candidates } from "../space/space.js";

/** Rounds from all 8 candidates an edge to one. */
export const ROUNDS = 7;

/**
 * The candidate of least likelihood of every edge; of equals the lower index goes (Algorithm 1, line 13).
 * @example
 * ```ts
 * import { leastLikely, perEdge } from "@bnas/search";
 *
 * const candidates = perEdge(() => ["none", "max_pool_3x3", "skip_connect"] as const);
 * leastLikely(candidates, perEdge(() => ({ none: 0.5, max_pool_3x3: 0.2, skip_connect: 0.2 }))).normal[0]; // => "max_pool_3x3"
 * ```
 */
export const leastLikely = (candidates: Candidates, likelihoods: PerOperation): PerEdge<Operation> =>
  perEdge(({ cell, edge }) => {
    const likelihood = (operation: Operation) => nth(likelihoods[cell], edge)[operation] ?? 0;
    return nth(candidates[cell], edge).reduce((least, next) => (likelihood(next) < likelihood(least) ? next : least));
  });

/** Of every edge the candidate of most likelihood alone; of equals the higher index, which `leastLikely` would leave for last. */
export const likeliest = (candidates: Candidates, likelihoods: PerOperation): Candidates =>
  perEdge(({ cell, edge }) => {
    const likelihood = (operation: Operation) => nth(likelihoods[cell], edge)[operation] ?? 0;
    return [nth(candidates[cell], edge).reduce((most, next) => (likelihood(next) >= likelihood(most) ? next : most))];
  });

/** The candidates without the one that is abandoned on every edge: K <- K - 1. */
export const narrow = (candidates: Candidates, abandoned: PerEdge<Operation>): Candidates =>
  perEdge(({ cell, edge }) =>
    nth(candidates[cell], edge).filter((operation) => operation !== nth(abandoned[cell], edge)),
  );

/** The likelihoods of those that are left. */
export const likelihoodsOf = (left: Candidates, likelihoods: PerOperation): PerOperation =>
  perEdge(({ cell, edge }) => row(nth(left[cell], edge), (operation) => nth(likelihoods[cell], edge)[operation] ?? 0));
