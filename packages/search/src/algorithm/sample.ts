import type { PerOperation } from "../facts/fact-parts.js";
import { nth } from "../nth.js";
import { stream } from "../random/random.js";
import { at, mapEdges, onEdge, type Row } from "../space/per-edge.js";
import { type Candidates, countCandidates, type Network } from "../space/space.js";
import type { Spec } from "../spec/spec.js";

/** Samples a pass with K candidates an edge: ceil(K/2), or K where all are sampled (Algorithm 1, line 5). */
export const samplesPerPass = (candidates: number, sample: Spec["sample"]): number =>
  sample === "all" ? candidates : Math.ceil(candidates / 2);

/**
 * O_small, the operations that are sampled in a round: for every edge the ceil(K/2) of least alpha, of equals the lower index
 * (Algorithm 1, line 3), in the order of the candidates. An operation without an alpha counts as 0, where strengths begin.
 * @example
 * ```ts
 * import { darts, perEdge, smallest } from "@bnas/search";
 *
 * const candidates = perEdge(darts, () => ["none", "max_pool_3x3", "skip_connect"]);
 * const alpha = perEdge(darts, () => ({ none: 0.1, max_pool_3x3: 0.3, skip_connect: -0.2 }));
 * smallest(candidates, alpha, "half").normal?.[0]; // => ["none", "skip_connect"]
 * ```
 */
export const smallest = (candidates: Candidates, alpha: PerOperation | undefined, sample: Spec["sample"]): Candidates =>
  mapEdges(candidates, (left, place) => {
    const strengths: Row = at(alpha, place) ?? {};
    // The sort is stable and `left` is in the order of the space, so of equals the lower index comes first.
    const chosen = left
      .toSorted((one, other) => (strengths[one] ?? 0) - (strengths[other] ?? 0))
      .slice(0, samplesPerPass(left.length, sample));
    return left.filter((operation) => chosen.includes(operation));
  });

/**
 * The sampled networks of a pass: one operation of O_small an edge, drawn without replacement, so that any two networks of the
 * pass differ on every edge and every operation of O_small is in exactly one (Algorithm 1, lines 4 to 6).
 * @returns sample k at place k - 1
 * @example
 * ```ts
 * import { darts, drawPass, perEdge } from "@bnas/search";
 *
 * const small = perEdge(darts, () => ["none", "max_pool_3x3", "skip_connect"]);
 * const networks = drawPass(0, 1, 1, small);
 * networks.length; // => 3
 * // Every operation is in exactly one network, on every edge.
 * networks.map((network) => network.normal?.[5]).toSorted(); // => ["max_pool_3x3", "none", "skip_connect"]
 * ```
 */
export const drawPass = (seed: number, round: number, pass: number, small: Candidates): Network[] => {
  const shuffled = mapEdges(small, (drawn, { cell, edge }) =>
    stream(seed, "sample", round, pass, cell, edge).shuffle(drawn),
  );
  return Array.from({ length: countCandidates(small) }, (_, sample) =>
    mapEdges(small, (_, place) => nth(onEdge(shuffled, place), sample)),
  );
};
