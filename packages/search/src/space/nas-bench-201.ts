import { edgesBetween } from "./darts.js";
import type { Space } from "./space.js";

/**
 * The space of NAS-Bench-201 (Dong and Yang, ICLR 2020): one kind of cell with one input and three further nodes, an edge from every
 * node to every later one, five operations, 5^6 = 15,625 cells. All edges are kept: `none` is how one is left out. Names and orders are
 * those of its code.
 */
export const nasBench201: Space = {
  name: "nas-bench-201",
  operations: ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"],
  cells: [{ kind: "cell", inputs: 1, nodes: 3, edges: edgesBetween(1, 3), links: "all", output: "last" }],
  network: "nas-bench-201",
};
