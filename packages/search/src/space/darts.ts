import type { Cell, Edge, Space } from "./space.js";

/** Intermediate nodes of a cell. Nodes 0 and 1 are its inputs, 2 to 5 are intermediate. */
const STEPS = 4;

/** An edge into every intermediate node from every node before it, ordered by `to`, then by `from`. */
export const edgesBetween = (inputs: number, nodes: number): Edge[] =>
  Array.from({ length: nodes }, (_, step) =>
    Array.from({ length: inputs + step }, (_, from) => ({ from, to: inputs + step })),
  ).flat();

const cell = (kind: string): Cell => ({
  kind,
  inputs: 2,
  nodes: STEPS,
  edges: edgesBetween(2, STEPS),
  links: 2,
  output: "concat",
});

/**
 * The space of the paper, which is that of DARTS: two kinds of cell, of which the reduction cell halves the resolution; each node has
 * an edge from every node before it, 14 a cell, ordered by `to`, then by `from`. Spelled as DARTS spells it (paper.md section 1).
 */
export const darts: Space = {
  name: "darts",
  operations: [
    "none",
    "max_pool_3x3",
    "avg_pool_3x3",
    "skip_connect",
    "sep_conv_3x3",
    "sep_conv_5x5",
    "dil_conv_3x3",
    "dil_conv_5x5",
  ],
  cells: [cell("normal"), cell("reduce")],
  network: "darts",
};
