import { nth } from "../nth.js";
import type { CellKind, Operation, PerEdge, Space } from "./space.js";

/** Numbers of some operations. */
export type Row = Readonly<Record<Operation, number>>;

/** Numbers of some operations on every edge. */
export type Rows = PerEdge<Row>;

/** Where an edge is: the kind of cell and its place among the edges of that. */
export type EdgePlace = { readonly cell: CellKind; readonly edge: number };

/** All edges of a space, those of the first cell first: 28 in DARTS. */
export const edgePlaces = ({ cells }: Space): EdgePlace[] =>
  cells.flatMap(({ kind, edges }) => edges.map((_, edge) => ({ cell: kind, edge })));

/** A value for each edge of a space, made from its place. */
export const perEdge = <T>({ cells }: Space, make: (place: EdgePlace) => T): PerEdge<T> =>
  Object.fromEntries(cells.map(({ kind, edges }) => [kind, edges.map((_, edge) => make({ cell: kind, edge }))]));

/** What there is for each edge, made into something else. */
export const mapEdges = <T, U>(values: PerEdge<T>, make: (value: T, place: EdgePlace) => U): PerEdge<U> =>
  Object.fromEntries(
    Object.entries(values).map(([cell, edges]) => [cell, edges.map((value, edge) => make(value, { cell, edge }))]),
  );

/** A number for each of some operations. */
export const row = (operations: readonly Operation[], number: (operation: Operation) => number): Row =>
  Object.fromEntries(operations.map((operation) => [operation, number(operation)]));

/** What is kept for an edge, or nothing where the edge is not there. */
export const at = <T>(values: PerEdge<T> | undefined, { cell, edge }: EdgePlace): T | undefined =>
  values?.[cell]?.[edge];

/** What is kept for an edge that is there. @throws RangeError when it is not: a fault, never of input */
export const onEdge = <T>(values: PerEdge<T>, { cell, edge }: EdgePlace): T => nth(values[cell] ?? [], edge);
