import { nth } from "../nth.js";

/** Name of a candidate operation of an edge: `sep_conv_3x3`. What its layer is, packages/network knows. */
export type Operation = string;

/** Name of a kind of cell: `normal`. */
export type CellKind = string;

/** The directed link from node `from` to node `to`, `from < to`. Nodes are counted from 0, the inputs of the cell first. */
export type Edge = { readonly from: number; readonly to: number };

/** A kind of cell: the small graph that is searched. */
export type Cell = {
  readonly kind: CellKind;
  /** Nodes that the cell is given: 0 to `inputs - 1`. */
  readonly inputs: number;
  /** Intermediate nodes: `inputs` to `inputs + nodes - 1`. */
  readonly nodes: number;
  /** The place in this list is the identity of an edge, and of edges that tie the first stays. */
  readonly edges: readonly (Edge & {
    /** The operations that compete here, if not all of the space. */
    readonly operations?: readonly Operation[] | undefined;
  })[];
  /** Links that a node keeps in the genotype. */
  readonly links: number | "all";
  /** What the cell gives: all of its intermediate nodes, one beside the other, or the last one. */
  readonly output: "concat" | "last";
};

/** All that may be found: a description, which any process can send to another. check-space.ts says what it must hold. */
export type Space = {
  readonly name: string;
  /** The order is the identity of an operation in tensors, and of operations that tie the first goes. */
  readonly operations: readonly Operation[];
  readonly cells: readonly Cell[];
  /** The network of packages/network that stacks the cells. */
  readonly network: string;
};

/** Something for every kind of cell. */
export type PerCell<T> = Readonly<Record<CellKind, T>>;

/** Something for each edge of every kind of cell. */
export type PerEdge<T> = PerCell<readonly T[]>;

/** Operations left on each edge, in the order of the space. */
export type Candidates = PerEdge<readonly Operation[]>;

/** One operation for each edge: a sampled network. */
export type Network = PerEdge<Operation>;

/** The names of the kinds of cell, in order. */
export const kindsOf = ({ cells }: Space): CellKind[] => cells.map(({ kind }) => kind);

/** The intermediate nodes of a cell, by their numbers: 2 to 5 in DARTS. */
export const nodesOf = ({ inputs, nodes }: Cell): number[] => Array.from({ length: nodes }, (_, step) => inputs + step);

/** The edges into a node of a cell, by their places. */
export const edgesInto = ({ edges }: Cell, node: number): { readonly edge: number; readonly from: number }[] =>
  edges.flatMap(({ from, to }, edge) => (to === node ? [{ edge, from }] : []));

/** The links that a node keeps in the genotype: fewer where fewer edges lead to it. */
export const linksInto = (cell: Cell, node: number): number => {
  const edges = edgesInto(cell, node).length;
  return cell.links === "all" ? edges : Math.min(cell.links, edges);
};

/** The node that each link of a genotype leads to, in their order: 2, 2, 3, 3, 4, 4, 5, 5 in DARTS. */
export const linkTargets = (cell: Cell): number[] =>
  nodesOf(cell).flatMap((node) => Array.from({ length: linksInto(cell, node) }, () => node));

/** The nodes of which a cell gives the value. */
export const outputsOf = (cell: Cell): number[] => (cell.output === "concat" ? nodesOf(cell) : nodesOf(cell).slice(-1));

/** Every operation on every edge: where a search starts. In DARTS 8^14 cells of each kind. */
export const fullSpace = ({ operations, cells }: Space): Candidates =>
  Object.fromEntries(
    cells.map(({ kind, edges }) => [
      kind,
      // By the order of the space, whatever that of the edge is.
      edges.map((edge) => operations.filter((operation) => edge.operations?.includes(operation) ?? true)),
    ]),
  );

/** Rounds from all candidates an edge to one. Every edge has equally many, so a pass can draw each once. */
export const roundsOf = (space: Space): number => countCandidates(fullSpace(space)) - 1;

/** Candidates on every edge: K of Algorithm 1. 0 where there is no edge. */
export const countCandidates = (candidates: Candidates): number => {
  const [edges = []] = Object.values(candidates);
  return edges[0]?.length ?? 0;
};

/** A cell of a space by its kind. @throws RangeError for a kind that the space has not: a fault, never of input */
export const cellOf = ({ cells }: Space, kind: CellKind): Cell =>
  nth(
    cells,
    cells.findIndex((cell) => cell.kind === kind),
  );
