import { drawCover } from "../algorithm/draw-paths.js";
import { stream } from "../random/random.js";
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
): Network[] =>
  Array.from({ length: passes }, (_, pass) =>
    drawCover(candidates, ({ cell, edge }) => stream(spec.seed, "untrained", round, pass + 1, cell, edge)),
  ).flat();
