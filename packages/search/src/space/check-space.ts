import { type InvalidInput, invalidInput, nearest, type Path } from "@bnas/errors";
import { isObject } from "../is-object.js";
import { type Cell, edgesInto, nodesOf, type Operation, type Space } from "./space.js";
import { spaceSchema } from "./space-schema.js";

/**
 * A space from a value of any origin.
 * @param where how the caller calls it: errors name `spec.space.cells[0].edges[3].operations`
 * @throws InvalidInput for the first thing that no search could have
 */
export const parseSpace = (value: unknown, where: Path): Space => {
  const parsed = spaceSchema.safeParse(value);
  if (!parsed.success) throw refused(parsed.error.issues, value, where);
  checkSpace(parsed.data, where);
  return parsed.data;
};

/** What must hold between the fields of a space. @throws InvalidInput for the first rule that is broken */
const checkSpace = (space: Space, where: Path): void => {
  requireNames(space.operations, "operation", [...where, "operations"]);
  space.cells.forEach(({ kind }, place) => {
    if (!kind.endsWith("_concat") && kind !== "meta") return;
    const hint = "A genotype has keys of this name for something else.";
    throw invalidInput(
      [...where, "cells", place, "kind"],
      kind,
      "another name than meta or one that ends with _concat",
      hint,
    );
  });
  requireNames(
    space.cells.map(({ kind }) => kind),
    "kind of cell",
    [...where, "cells"],
  );
  space.cells.forEach((cell, place) => {
    checkCell(space, cell, [...where, "cells", place]);
  });
  requireOneCount(space, where);
};

/** Each name once; and none that every object of JavaScript has: facts are read by these names. */
const requireNames = (names: readonly string[], what: string, where: Path): void => {
  for (const [place, name] of names.entries()) {
    if (name in {}) throw invalidInput([...where, place], name, `another name for the ${what}`, "JavaScript uses it.");
    const first = names.indexOf(name);
    if (first === place) continue;
    const hint = `It is the ${what} ${first} already; leave one of them out.`;
    throw invalidInput([...where, place], name, `a ${what} that is named once`, hint);
  }
};

const checkCell = (space: Space, cell: Cell, where: Path): void => {
  cell.edges.forEach((edge, place) => {
    checkEdge(space, cell, place, [...where, "edges", place]);
    if (edge.operations !== undefined)
      checkOperations(space, edge.operations, [...where, "edges", place, "operations"]);
  });
  for (const node of nodesOf(cell)) {
    if (edgesInto(cell, node).length === 0) {
      const hint = `Nothing would reach node ${node}: add an edge to it, or lower nodes.`;
      throw invalidInput([...where, "edges"], `none to node ${node}`, "an edge into every node that is computed", hint);
    }
    if (cell.output === "concat" || node === cell.inputs + cell.nodes - 1) continue;
    if (cell.edges.some(({ from }) => from === node)) continue;
    const hint = `The cell gives its last node alone, and node ${node} would not reach it: add an edge from it, or use output concat.`;
    throw invalidInput([...where, "edges"], `none from node ${node}`, "an edge from every node but the last", hint);
  }
};

const checkEdge = ({ name }: Space, cell: Cell, place: number, where: Path): void => {
  const { from, to } = cell.edges[place] ?? { from: 0, to: 0 };
  const last = cell.inputs + cell.nodes - 1;
  if (to > last || to < cell.inputs) {
    const hint = `The cell ${cell.kind} of ${name} is given the nodes 0 to ${cell.inputs - 1} and computes ${cell.inputs} to ${last}.`;
    throw invalidInput([...where, "to"], to, `a node from ${cell.inputs} to ${last}`, hint);
  }
  if (from >= to) {
    const hint =
      from === to
        ? "That is a loop: a node cannot read itself."
        : "That leads back: number the nodes in the order in which they are computed.";
    throw invalidInput([...where, "from"], from, `a node from 0 to ${to - 1}, before node ${to}`, hint);
  }
  const first = cell.edges.findIndex((other) => other.from === from && other.to === to);
  if (first !== place) {
    const hint = `Edge ${first} leads from ${from} to ${to} already; put the operations of both on one.`;
    throw invalidInput(where, { from, to }, "one edge between two nodes", hint);
  }
};

const checkOperations = (space: Space, operations: readonly Operation[], where: Path): void => {
  if (operations.length === 0) {
    throw invalidInput(where, [], "at least two operations", "Leave operations out for all of the space.");
  }
  for (const [place, operation] of operations.entries()) {
    if (space.operations.includes(operation)) continue;
    const hint = `Did you mean ${nearest(operation, space.operations)}? An edge has operations of the space.`;
    throw invalidInput([...where, place], operation, space.operations.join(", "), hint);
  }
  requireNames(operations, "operation", where);
};

/** A pass draws each operation of every edge once, so no edge can have more than another. */
const requireOneCount = ({ cells, operations }: Space, where: Path): void => {
  let most: { readonly count: number; readonly at: string } | undefined;
  for (const [place, { edges }] of cells.entries()) {
    for (const [index, edge] of edges.entries()) {
      const count = edge.operations?.length ?? operations.length;
      const path: Path = [...where, "cells", place, "edges", index, "operations"];
      const hint =
        "A search abandons one operation an edge in each round, and a pass draws each once: give every edge equally many.";
      if (count < 2) throw invalidInput(path, edge.operations, "at least two operations", "One alone decides nothing.");
      most ??= { count, at: `cells[${place}].edges[${index}]` };
      if (count !== most.count) {
        throw invalidInput(path, `${count} operations`, `${most.count}, as ${most.at} has`, hint);
      }
    }
  }
};

const refused = (
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string; readonly code: string }[],
  value: unknown,
  where: Path,
): InvalidInput => {
  const { path, message, code } = issues[0] ?? { path: [], message: "a space", code: "" };
  // Keys of JSON are texts and numbers.
  const keys = path.filter((key) => typeof key !== "symbol");
  const found = keys.reduce<unknown>(
    (part, key) => (Array.isArray(part) ? part[Number(key)] : isObject(part) ? part[key] : undefined),
    value,
  );
  const allowed = found === undefined && code === "invalid_type" ? "a value: it is missing" : message;
  return invalidInput([...where, ...keys], found, allowed, "docs/space.md shows a whole space.");
};
