import { greatestOf } from "../extremes.js";
import { nth } from "../nth.js";
import { stream } from "../random/random.js";
import { mapEdges } from "../space/per-edge.js";
import type { Network } from "../space/space.js";
import type { Evidence } from "./evidence.js";

/**
 * The networks of a round that are evaluated without training: in each of `passes` passes as many as an edge has operations left at most,
 * so that every operation is in one of them or more, drawn without replacement by seed and round.
 */
export const drawUntrained = (
  { spec, candidates }: Pick<Evidence, "spec" | "candidates">,
  round: number,
  passes: number,
): Network[] => {
  const count = greatestOf(Object.values(candidates).flatMap((edges) => edges.map(({ length }) => length)));
  return Array.from({ length: passes }, (_, pass) => {
    const shuffled = mapEdges(candidates, (operations, { cell, edge }) =>
      stream(spec.seed, "untrained", round, pass + 1, cell, edge).shuffle(operations),
    );
    return Array.from({ length: count }, (_, number) =>
      mapEdges(shuffled, (operations) => nth(operations, number % operations.length)),
    );
  }).flat();
};
