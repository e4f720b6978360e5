import { invalidInput, nearest, type Path, pathOf } from "@bnas/errors";
import { isObject } from "../is-object.js";
import { darts } from "../space/darts.js";
import { cellOf, fullSpace, kindsOf, type Network, type Operation, type Space } from "../space/space.js";

/** A sampled network from lists of operations, one for each edge of every kind of cell. @throws InvalidInput */
export const parseNetwork = (value: unknown, where: string | Path = "network", space: Space = darts): Network => {
  const at = pathOf(where);
  const kinds = kindsOf(space);
  if (!isObject(value)) {
    const hint = `Name one operation for each edge of every cell: ${space.cells.map(({ edges }) => edges.length).join(" and ")}.`;
    throw invalidInput(where, value, `an object of ${kinds.join(", ")}`, hint);
  }
  return Object.fromEntries(kinds.map((kind) => [kind, operations(value[kind], space, kind, [...at, kind])]));
};

const operations = (value: unknown, space: Space, kind: string, where: Path): Operation[] => {
  const all = fullSpace(space)[kind] ?? [];
  if (Array.isArray(value) && value.length === all.length)
    return all.map((allowed, edge) => operationAmong(value[edge], allowed, [...where, edge]));
  const { edges } = cellOf(space, kind);
  const hint = `Edges are in the order of the space: ${edges.map(({ from, to }) => `${from}-${to}`).join(", ")}.`;
  throw invalidInput(where, value, `a list of ${all.length} operations, one an edge`, hint);
};

/** @throws InvalidInput for what is not one of these operations */
export const operationAmong = (value: unknown, allowed: readonly Operation[], where: Path): Operation => {
  const word = typeof value === "string" ? value : "";
  if (allowed.includes(word)) return word;
  throw invalidInput(where, value, allowed.join(", "), `Did you mean ${nearest(word, allowed)}?`);
};
