import { OPERATIONS, type Operation } from "./operations.js";

/** The two kinds of cell that are searched; the reduction cell halves the resolution. Spelled as DARTS spells them. */
export const CELL_KINDS = ["normal", "reduce"] as const;
export type CellKind = (typeof CELL_KINDS)[number];

/** Intermediate nodes of a cell. Nodes 0 and 1 are its inputs, 2 to 5 are intermediate. */
export const STEPS = 4;

/** The directed link from node `from` to node `to`, `from < to`; 14 a cell, ordered by `to`, then by `from`. */
export type Edge = { readonly from: number; readonly to: number };
export const EDGES: readonly Edge[] = Array.from({ length: STEPS }, (_, step) =>
  Array.from({ length: step + 2 }, (_, from) => ({ from, to: step + 2 })),
).flat();

/** The edges into a node, by their place in EDGES. */
export const edgesInto = (node: number): readonly { readonly edge: number; readonly from: number }[] =>
  EDGES.flatMap(({ from, to }, edge) => (to === node ? [{ edge, from }] : []));

/** Something for both kinds of cell. */
export type PerCell<T> = { readonly normal: T; readonly reduce: T };

/** Operations left on each of the 14 edges, in the order of OPERATIONS. */
export type Candidates = PerCell<readonly (readonly Operation[])[]>;

/** One operation for each of the 14 edges: a sampled network. */
export type Network = PerCell<readonly Operation[]>;

/** Every operation on every edge: where a search starts, 8^14 cells of each kind. */
export const fullSpace = (): Candidates => ({
  normal: EDGES.map(() => [...OPERATIONS]),
  reduce: EDGES.map(() => [...OPERATIONS]),
});
