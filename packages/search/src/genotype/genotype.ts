import { darts, edgesBetween } from "../space/darts.js";
import { type Cell, type CellKind, type Operation, outputsOf, type Space } from "../space/space.js";

/** One (operation, input) pair of a node. */
export type Link = readonly [Operation, number];

/**
 * The answer of a search, as DARTS spells it: for every kind of cell its links, node after node, and under `KIND_concat` the nodes
 * that it gives: `normal`, `normal_concat`, `reduce`, `reduce_concat` in the space of DARTS.
 */
export type Genotype = {
  readonly [kind: CellKind]: readonly Link[] | readonly number[];
  readonly [concat: `${CellKind}_concat`]: readonly number[];
};

/** A genotype of the two kinds of cell of DARTS. */
export type DartsGenotype = {
  readonly normal: readonly Link[];
  readonly normal_concat: readonly number[];
  readonly reduce: readonly Link[];
  readonly reduce_concat: readonly number[];
};

/** A genotype of a space, made cell by cell. */
export const genotypeOfCells = ({ cells }: Space, links: (cell: Cell) => readonly Link[]): Genotype =>
  genotypeOfEntries(cells.map((cell) => ({ kind: cell.kind, links: links(cell), concat: outputsOf(cell) })));

/** A genotype of what its cells are. */
export const genotypeOfEntries = (
  cells: readonly { readonly kind: CellKind; readonly links: readonly Link[]; readonly concat: readonly number[] }[],
): Genotype =>
  // Object.fromEntries forgets which values are under which keys.
  Object.fromEntries(
    cells.flatMap(({ kind, links, concat }) => [
      [kind, links],
      [`${kind}_concat`, concat],
    ]),
  ) as Genotype;

/**
 * The space that a genotype in DARTS' form is of: two links a node, which may come from any node before it. Published cells have
 * three to seven nodes.
 */
export const spaceOfGenotype = (genotype: Genotype): Space => {
  const cells = genotypeKinds(genotype).map((kind): Cell => {
    const nodes = linksOf(genotype, kind).length >> 1;
    return { kind, inputs: 2, nodes, edges: edgesBetween(2, nodes), links: 2, output: "concat" };
  });
  return { ...darts, cells };
};

/** The kinds of cell that a genotype has. */
export const genotypeKinds = (genotype: Genotype): CellKind[] =>
  Object.keys(genotype).filter((key) => !key.endsWith("_concat"));

/** The links of a kind of cell, node after node. Empty for a kind that the genotype has not. */
export const linksOf = (genotype: Genotype, kind: CellKind): readonly Link[] =>
  // Whatever is not under a key that ends with _concat is links.
  (genotype[kind] ?? []) as readonly Link[];

/** The nodes that a kind of cell gives. */
export const concatOf = (genotype: Genotype, kind: CellKind): readonly number[] => genotype[`${kind}_concat`] ?? [];

const CONCAT: readonly number[] = [2, 3, 4, 5];

/** The genotype that the authors published for XNOR (paper.md section 5), the links of a node in their order. */
export const PUBLISHED: DartsGenotype = {
  normal: [
    ["skip_connect", 1],
    ["dil_conv_3x3", 0],
    ["skip_connect", 0],
    ["dil_conv_5x5", 2],
    ["max_pool_3x3", 1],
    ["max_pool_3x3", 0],
    ["dil_conv_5x5", 4],
    ["sep_conv_3x3", 2],
  ],
  normal_concat: CONCAT,
  reduce: [
    ["sep_conv_3x3", 1],
    ["dil_conv_5x5", 0],
    ["skip_connect", 1],
    ["max_pool_3x3", 2],
    ["dil_conv_5x5", 0],
    ["avg_pool_3x3", 3],
    ["skip_connect", 2],
    ["dil_conv_3x3", 4],
  ],
  reduce_concat: CONCAT,
};
