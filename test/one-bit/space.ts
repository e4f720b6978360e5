import { type Genotype, genotypeInSpace, type Space } from "@bnas/search";

/**
 * The space of the table of 1-bit cells: one kind of cell, four edges, four operations, 4^4 = 256 cells. Node 2 adds a path of two
 * operations to a path of one, as a residual block does, and node 3 puts an operation behind it. `none` is no candidate: no cell is without
 * a path.
 */
export const oneBitSpace: Space = {
  name: "one-bit",
  operations: ["skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"],
  cells: [
    {
      kind: "cell",
      inputs: 1,
      nodes: 3,
      edges: [
        { from: 0, to: 1 },
        { from: 0, to: 2 },
        { from: 1, to: 2 },
        { from: 2, to: 3 },
      ],
      links: "all",
      output: "last",
    },
  ],
  network: "nas-bench-201",
};

const [cell] = oneBitSpace.cells;
const edges = cell?.edges ?? [];

/** A cell: the operation of each edge, in the order of the edges. */
export type OneBitCell = readonly string[];

/** All 256 cells; the operation of the first edge changes last. */
export const allCells: readonly OneBitCell[] = edges.reduce<OneBitCell[]>(
  (cells, _) => cells.flatMap((one) => oneBitSpace.operations.map((operation) => [...one, operation])),
  [[]],
);

/** A cell as NAS-Bench-201 prints its own: `|op~0|+|op~0|op~1|+|op~2|`, a node after the other. */
export const architectureOf = (one: OneBitCell): string =>
  [1, 2, 3]
    .map((node) => edges.flatMap(({ from, to }, edge) => (to === node ? [`${one[edge]}~${from}`] : [])))
    .map((links) => `|${links.join("|")}|`)
    .join("+");

/** A cell as the genotype that a spec takes. */
export const genotypeOf = (one: OneBitCell): Genotype =>
  genotypeInSpace(oneBitSpace, { cell: edges.map(({ from }, edge) => [one[edge], from]), cell_concat: [3] });
