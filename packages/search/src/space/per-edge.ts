import type { Operation } from "./operations.js";
import { CELL_KINDS, type CellKind, EDGES, type PerCell } from "./space.js";

/** Something for each of the 14 edges of both kinds of cell. */
export type PerEdge<T> = PerCell<readonly T[]>;

/** Numbers of some operations. */
export type Row = Readonly<Partial<Record<Operation, number>>>;

/** Numbers of some operations on every edge. */
export type Rows = PerEdge<Row>;

/** Where an edge is: the kind of cell and its place in EDGES. */
export type EdgePlace = { readonly cell: CellKind; readonly edge: number };

/** All 28 edges, the normal cell first. */
export const EDGE_PLACES: readonly EdgePlace[] = CELL_KINDS.flatMap((cell) => EDGES.map((_, edge) => ({ cell, edge })));

/** A value for each of the 28 edges, made from its place. */
export const perEdge = <T>(make: (place: EdgePlace) => T): PerEdge<T> => ({
  normal: EDGES.map((_, edge) => make({ cell: "normal", edge })),
  reduce: EDGES.map((_, edge) => make({ cell: "reduce", edge })),
});

/** A number for each of some operations. */
export const row = (operations: readonly Operation[], number: (operation: Operation) => number): Row => {
  const numbers: Partial<Record<Operation, number>> = {};
  for (const operation of operations) numbers[operation] = number(operation);
  return numbers;
};

/** What is kept for an edge, or nothing where the edge is not there. */
export const at = <T>(values: PerEdge<T> | undefined, { cell, edge }: EdgePlace): T | undefined => values?.[cell][edge];
