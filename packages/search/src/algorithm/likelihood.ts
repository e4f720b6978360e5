import type { PerOperation } from "../facts/fact-parts.js";
import { nth } from "../nth.js";
import { perEdge, row } from "../space/per-edge.js";
import type { Candidates } from "../space/space.js";

/** Where every likelihood starts: 0 for every candidate of every edge. */
export const noLikelihoods = (candidates: Candidates): PerOperation =>
  perEdge(({ cell, edge }) => row(nth(candidates[cell], edge), () => 0));

/** s(k) <- s(k)/2 + score(k), for every candidate (Algorithm 1, line 12): a round counts twice what the one before it does. */
export const updateLikelihoods = (
  candidates: Candidates,
  likelihoods: PerOperation,
  scores: PerOperation,
): PerOperation =>
  perEdge(({ cell, edge }) =>
    row(
      nth(candidates[cell], edge),
      (operation) => (nth(likelihoods[cell], edge)[operation] ?? 0) / 2 + (nth(scores[cell], edge)[operation] ?? 0),
    ),
  );
