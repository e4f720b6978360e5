import { invalidInput } from "@bnas/errors";
import { type Genotype, linksOf, type Network, perEdge, type Space } from "@bnas/search";
import type { Table } from "./table.js";

/** A column of a table, by network. */
export type Cells = {
  /** Percent. @throws InvalidInput for a network that the table has not */
  readonly accuracyOf: (network: Network) => number;
  readonly all: readonly { readonly network: Network; readonly accuracy: number }[];
  /** Every accuracy, the least first. */
  readonly sorted: readonly number[];
};

const keyOf = (network: Network): string => Object.values(network).flat().join(" ");

/** The cells of a space that has one kind of cell and keeps all of its edges: `|op~from|+|op~from|op~from|+...|`. */
const networkOf = (space: Space, architecture: string): Network => {
  const nodes = architecture.split("+").map((node) => node.split("|").filter((part) => part !== ""));
  const [cell] = space.cells;
  return perEdge(space, ({ edge }) => {
    const { from, to } = cell?.edges[edge] ?? { from: -1, to: -1 };
    const text = nodes[to - 1]?.find((part) => part.endsWith(`~${from}`)) ?? "";
    const operation = text.slice(0, text.lastIndexOf("~"));
    if (space.operations.includes(operation)) return operation;
    throw invalidInput(["cells", architecture], text, space.operations.join(", "), `It names the link ${from}->${to}.`);
  });
};

/** A column of a table. */
export const cellsOf = (space: Space, { columns, cells }: Table, column: string): Cells => {
  const index = columns.indexOf(column);
  if (index === -1) throw invalidInput("--column", column, columns.join(", "), "The table has these columns.");
  const all = Object.entries(cells).map(([architecture, accuracies]) => ({
    network: networkOf(space, architecture),
    accuracy: accuracies[index] ?? 0,
  }));
  const byKey = new Map(all.map(({ network, accuracy }) => [keyOf(network), accuracy]));
  return {
    all,
    sorted: all.map(({ accuracy }) => accuracy).sort((one, other) => one - other),
    accuracyOf: (network) => {
      const accuracy = byKey.get(keyOf(network));
      if (accuracy !== undefined) return accuracy;
      const hint = "A table for these strategies has every cell of its space.";
      throw invalidInput("table", keyOf(network), "a cell of the table", hint);
    },
  };
};

/** The network of a genotype that keeps all edges. */
export const networkOfGenotype = (space: Space, genotype: Genotype): Network =>
  Object.fromEntries(
    space.cells.map((cell) => {
      const links = linksOf(genotype, cell.kind);
      // Links are node after node, each node's in the order of its edges; so are the edges of such a space.
      return [cell.kind, cell.edges.map((_, edge) => links[edge]?.[0] ?? "")];
    }),
  );
