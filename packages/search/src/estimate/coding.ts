/** A network as the estimate reads it: for every edge of every kind of cell the index of its operation. */
export type NetworkCode = Uint8Array;

/** An edge of the cells, as numbers. */
export type CodedEdge = { readonly cell: number; readonly from: number; readonly to: number };

/** What the estimate knows of a space: numbers instead of names. */
export type Coding = {
  /** Edges of all kinds of cell, kind by kind. */
  readonly edges: readonly CodedEdge[];
  /** How many operations there are. */
  readonly operations: number;
  /** The operation that gives nothing; -1 where the space has none. */
  readonly none: number;
  /** For every kind of cell: its inputs, and the nodes whose outputs leave it. */
  readonly cells: readonly { readonly inputs: number; readonly nodes: number; readonly outputs: readonly number[] }[];
};

/**
 * The network as its output sees it: an edge that reads nothing but zeros, or whose node reaches no output, counts as `none`. Two
 * networks with the same live code compute the same function, whatever their dead edges hold.
 */
export const liveCode = (coding: Coding, code: NetworkCode): NetworkCode => {
  const { none } = coding;
  // Without a `none` every node is fed and read: it has an edge into it, and one out of it or into the output.
  if (!code.includes(none)) return code;
  const { from, to, inputs, outputs } = graphOf(coding);
  const count = code.length;
  const live = Uint8Array.from(code);
  const fed = Uint8Array.from(inputs);
  const read = Uint8Array.from(outputs);
  // One round is enough where edges are ordered by the node that they lead to. A space may have them in any order.
  for (let changed = true; changed; ) {
    changed = false;
    for (let edge = 0; edge < count; edge++) {
      if (live[edge] === none || fed[from[edge] as number] === 0 || fed[to[edge] as number] === 1) continue;
      fed[to[edge] as number] = 1;
      changed = true;
    }
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (let edge = count - 1; edge >= 0; edge--) {
      if (live[edge] === none || read[to[edge] as number] === 0 || read[from[edge] as number] === 1) continue;
      read[from[edge] as number] = 1;
      changed = true;
    }
  }
  for (let edge = 0; edge < count; edge++) {
    if (fed[from[edge] as number] === 0 || read[to[edge] as number] === 0) live[edge] = none;
  }
  return live;
};

/** The nodes of all cells, numbered one cell after the other: ends of every edge, and for every node 1 where it is an input or an output. */
type Graph = {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly inputs: Uint8Array;
  readonly outputs: Uint8Array;
};

const graphs = new WeakMap<Coding, Graph>();

const graphOf = (coding: Coding): Graph => {
  const known = graphs.get(coding);
  if (known !== undefined) return known;
  const { edges, cells } = coding;
  const sizes = cells.map(({ inputs, nodes }) => inputs + nodes);
  const firsts = sizes.map((_, cell) => sizes.slice(0, cell).reduce((sum, size) => sum + size, 0));
  const numbered = (cell: number, node: number): number => (firsts[cell] ?? 0) + node;
  const mark = (isMarked: (cell: Coding["cells"][number], node: number) => boolean): Uint8Array =>
    Uint8Array.from(
      cells.flatMap((cell, at) => Array.from({ length: sizes[at] ?? 0 }, (_, node) => Number(isMarked(cell, node)))),
    );
  const graph: Graph = {
    from: Int32Array.from(edges, ({ cell, from }) => numbered(cell, from)),
    to: Int32Array.from(edges, ({ cell, to }) => numbered(cell, to)),
    inputs: mark(({ inputs }, node) => node < inputs),
    outputs: mark(({ outputs }, node) => outputs.includes(node)),
  };
  graphs.set(coding, graph);
  return graph;
};
