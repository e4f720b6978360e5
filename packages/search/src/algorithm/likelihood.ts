import type { PerOperation } from "../facts/fact-parts.js";
import { at, mapEdges, row } from "../space/per-edge.js";
import type { Candidates } from "../space/space.js";

/** Where every likelihood starts: 0 for every candidate of every edge. */
export const noLikelihoods = (candidates: Candidates): PerOperation =>
  mapEdges(candidates, (operations) => row(operations, () => 0));

/**
 * s(k) <- s(k)/2 + score(k), for every candidate (Algorithm 1, line 12): a round counts twice what the one before it does.
 * @example
 * ```ts
 * import { darts, perEdge, updateLikelihoods } from "@bnas/search";
 *
 * const candidates = perEdge(darts, () => ["none", "skip_connect"]);
 * const before = perEdge(darts, () => ({ none: 0.4, skip_connect: 0.6 }));
 * const scores = perEdge(darts, () => ({ none: 0.3, skip_connect: 0.7 }));
 * updateLikelihoods(candidates, before, scores).normal?.[0]; // => { none: 0.5, skip_connect: 1.0 }
 * ```
 */
export const updateLikelihoods = (
  candidates: Candidates,
  likelihoods: PerOperation,
  scores: PerOperation,
): PerOperation =>
  mapEdges(candidates, (operations, place) =>
    row(
      operations,
      (operation) => (at(likelihoods, place)?.[operation] ?? 0) / 2 + (at(scores, place)?.[operation] ?? 0),
    ),
  );
