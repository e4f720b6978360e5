import { type CellKind, EDGES, type Operation, STEPS } from "@bnas/search";
import { activation, type Layers, searchedWeights } from "./layers.js";
import { applyOperation, factorizedReduce } from "./operations.js";
import type { CellPlan } from "./stack.js";

/** Operations left on each of the 14 edges of a cell. */
export type CellCandidates = readonly (readonly Operation[])[];

/** A node as the edges that leave it see it, one copy for each of them in the order of their ends. */
type Source<T> = {
  /** The channels that pass the operations; null where nothing on the edge reads them. */
  readonly operated: readonly (T | null)[];
  /** The channels that bypass them (PC-DARTS), none if there are none. */
  readonly bypass: readonly T[];
};

/**
 * A cell of the supernet (paper.md sections 1 and 3). On every edge the first 1/partial of the channels pass all
 * candidates, mixed by softmax(alpha); the rest bypass them (edges that halve: through a 2x2 max-pool); both are
 * concatenated and shuffled, and a node is the sum of its edges weighted by softmax(beta).
 *
 * Sum, concatenation and shuffle are linear, so they are done once a node instead of once an edge: a node is one sum of
 * all operations on all of its edges, each weighted by beta * alpha (mixture.ts), next to one sum of the bypasses.
 * A sampled network is the cell with one candidate an edge.
 * @returns the concatenation of nodes 2 to 5: [b,h,w,4*channels], h and w halved by a reduction cell
 */
export const searchCell = <T>(
  net: Layers<T>,
  plan: CellPlan,
  partial: number,
  candidates: CellCandidates,
  inputs: readonly [T, T],
): T =>
  net.scope(() => {
    const sizes = [plan.channels / partial, plan.channels - plan.channels / partial];
    const source = (node: T, from: number): Source<T> => {
      const reads = outgoing(from).map((edge) => (candidates[edge] ?? []).some((operation) => operation !== "none"));
      const readers = reads.filter((read) => read).length;
      const [operated, rest] = partial === 1 ? [node, null] : net.split(node, sizes);
      if (operated === undefined) throw new RangeError("a node was split into nothing");
      const copies = [...net.fork(operated, readers)];
      const halved = rest != null && strideOf(plan.kind, from) === 2 ? net.maxPool(rest, { size: 2, stride: 2 }) : rest;
      return {
        operated: reads.map((read) => (read ? (copies.shift() ?? null) : null)),
        bypass: halved == null ? [] : net.fork(halved, reads.length),
      };
    };

    const inputsOfCell = preprocess(net, plan, inputs);
    const sources = inputsOfCell.map(source);
    const nodes: T[] = [];
    for (let to = 2; to < STEPS + 2; to++) {
      const node = net.scope(() => {
        const passed = incoming(to).flatMap(({ edge, from }) => {
          const x = at(sources, from).operated[placeAmongOutgoing(from, to)];
          return x == null ? [] : edgeOperations(net, plan, sizes[0] ?? 0, edge, candidates[edge] ?? [], x);
        });
        const mixed =
          passed.length > 0
            ? net.mix(mixtureName(plan.kind, to, "operations"), passed)
            : net.zeros(at(inputsOfCell, 0), { channels: sizes[0] ?? 0, stride: strideOf(plan.kind, 0) });
        const bypasses = incoming(to).flatMap(
          ({ from }) => at(sources, from).bypass[placeAmongOutgoing(from, to)] ?? [],
        );
        if (bypasses.length === 0) return mixed;
        const bypass = net.mix(mixtureName(plan.kind, to, "bypass"), bypasses);
        return net.shuffle(net.concat([mixed, bypass]), { groups: partial });
      });
      nodes.push(node);
      if (to < STEPS + 1) sources.push(source(node, to));
    }
    return net.concat(nodes);
  });

/** Name of the mixture that weights a node's sum; the cells of a kind share it, as they share alpha and beta. */
export const mixtureName = (kind: CellKind, node: number, part: "operations" | "bypass"): string =>
  `mixture.${kind}.${node}.${part}`;

/** The edges into a node, by their index in EDGES. */
export const incoming = (to: number): readonly { readonly edge: number; readonly from: number }[] =>
  EDGES.flatMap((edge, index) => (edge.to === to ? [{ edge: index, from: edge.from }] : []));

/** The edges out of a node, by their index in EDGES: one to every later intermediate node. */
const outgoing = (from: number): readonly number[] =>
  EDGES.flatMap((edge, index) => (edge.from === from ? [index] : []));

const placeAmongOutgoing = (from: number, to: number): number => to - Math.max(2, from + 1);

/** Edges that leave the inputs of a reduction cell halve height and width. */
export const strideOf = (kind: CellKind, from: number): 1 | 2 => (kind === "reduce" && from < 2 ? 2 : 1);

/** What the candidates of one edge give, in their order; `none` gives nothing. */
const edgeOperations = <T>(
  net: Layers<T>,
  plan: CellPlan,
  channels: number,
  edge: number,
  candidates: readonly Operation[],
  x: T,
): readonly T[] => {
  const { from, to } = at(EDGES, edge);
  const giving = candidates.filter((operation) => operation !== "none");
  const copies = net.fork(x, giving.length);
  return giving.flatMap((operation, index) => {
    const name = `${plan.name}.edge.${from}-${to}.${operation}`;
    const options = { channels, stride: strideOf(plan.kind, from) };
    return applyOperation(net, name, operation, at(copies, index), options) ?? [];
  });
};

/** Brings both inputs of a cell to its channels and to one height and width. */
export const preprocess = <T>(net: Layers<T>, plan: CellPlan, inputs: readonly [T, T]): T[] =>
  inputs.map((x, index) => {
    const name = `${plan.name}.preprocess.${index}`;
    if (index === 0 && plan.reducedBefore) {
      return factorizedReduce(net, name, x, { channels: plan.channels, searched: false });
    }
    return net.scope(() => {
      const options = { out: plan.channels, stride: 1, offset: 0 } as const;
      const input = activation(net.binarize);
      const weight = searchedWeights(net.binarize);
      return net.norm(`${name}.norm`, net.pointwise(`${name}.pointwise`, x, { ...options, input, weight }));
    });
  });

const at = <V>(values: readonly V[], index: number): V => {
  const value = values[index];
  if (value === undefined) throw new RangeError(`a cell has no node or edge ${index}`);
  return value;
};
