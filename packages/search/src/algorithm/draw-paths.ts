import { greatestOf } from "../extremes.js";
import { nth } from "../nth.js";
import { type Stream, stream } from "../random/random.js";
import { type EdgePlace, mapEdges } from "../space/per-edge.js";
import type { Candidates, Network } from "../space/space.js";

/**
 * As many networks as an edge has candidates at most, so that every operation is in one of them or more: drawn without replacement on
 * each edge, and from its beginning again where an edge has fewer.
 */
export const drawCover = (candidates: Candidates, streamAt: (place: EdgePlace) => Stream): Network[] => {
  const count = greatestOf(Object.values(candidates).flatMap((edges) => edges.map(({ length }) => length)));
  const shuffled = mapEdges(candidates, (operations, place) => streamAt(place).shuffle(operations));
  return Array.from({ length: count }, (_, number) =>
    mapEdges(shuffled, (operations) => nth(operations, number % operations.length)),
  );
};

/**
 * The networks that a batch trains with `supernet: paths`: every candidate of every edge is in one of them. They follow from the job of
 * the epoch and the number of the batch in it, from 0 on.
 * @example
 * ```ts
 * import { darts, drawPaths, fullSpace } from "@bnas/search";
 *
 * const networks = drawPaths(0, 1, 0, fullSpace(darts));
 * networks.length; // => 8
 * new Set(networks.map((network) => network.normal?.[3])).size; // => 8
 * ```
 */
export const drawPaths = (seed: number, job: number, batch: number, candidates: Candidates): Network[] =>
  drawCover(candidates, ({ cell, edge }) => stream(seed, "paths", job, batch, cell, edge));
