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
  const { edges, none, cells } = coding;
  // Without a `none` every node is fed and read: it has an edge into it, and one out of it or into the output.
  if (!code.includes(none)) return code;
  const live = Uint8Array.from(code);
  cells.forEach(({ inputs, nodes, outputs }, cell) => {
    const fed = Array.from({ length: inputs + nodes }, (_, node) => node < inputs);
    const read = Array.from({ length: inputs + nodes }, (_, node) => outputs.includes(node));
    // One round is enough where edges are ordered by the node that they lead to. A space may have them in any order.
    for (let changed = true; changed; ) {
      changed = false;
      for (const [place, { cell: own, from, to }] of edges.entries()) {
        if (own !== cell || live[place] === none || fed[from] !== true || fed[to] === true) continue;
        fed[to] = true;
        changed = true;
      }
    }
    for (let changed = true; changed; ) {
      changed = false;
      for (let place = edges.length - 1; place >= 0; place--) {
        const edge = edges[place];
        if (edge?.cell !== cell || live[place] === none || read[edge.to] !== true || read[edge.from] === true) continue;
        read[edge.from] = true;
        changed = true;
      }
    }
    for (const [place, { cell: own, from, to }] of edges.entries()) {
      if (own === cell && !(fed[from] === true && read[to] === true)) live[place] = none;
    }
  });
  return live;
};
