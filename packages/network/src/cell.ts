import { type CellKind, EDGES, type Operation, STEPS } from "@bnas/search";
import { activation, type Layers, searchedWeights } from "./layers.js";
import { applyOperation, factorizedReduce } from "./operations.js";
import type { CellPlan } from "./stack.js";

/** Operations left on each of the 14 edges of a cell. */
export type CellCandidates = readonly (readonly Operation[])[];

/** A node as its edges see it: the channels that pass the operations, and those that bypass them (PC-DARTS). */
type Source<T> = { readonly operated: T; readonly bypass: T | null };

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
    const operated = plan.channels / partial;
    const split = (x: T): Source<T> =>
      partial === 1
        ? { operated: x, bypass: null }
        : {
            operated: net.slice(x, { begin: 0, size: operated }),
            bypass: net.slice(x, { begin: operated, size: plan.channels - operated }),
          };
    const halve = ({ operated: x, bypass }: Source<T>): Source<T> => ({
      operated: x,
      bypass: bypass === null ? null : net.maxPool(bypass, { size: 2, stride: 2 }),
    });

    const sources = preprocess(net, plan, inputs).map((x) => (plan.kind === "reduce" ? halve(split(x)) : split(x)));
    const nodes: T[] = [];
    for (let to = 2; to < STEPS + 2; to++) {
      const node = net.scope(() => {
        const passed = incoming(to).flatMap(({ edge, from }) =>
          edgeOperations(net, plan, operated, edge, candidates[edge] ?? [], at(sources, from).operated),
        );
        const mixed =
          passed.length > 0
            ? net.mix(mixtureName(plan.kind, to, "operations"), passed)
            : net.zeros(at(sources, 0).operated, { stride: strideOf(plan.kind, 0) });
        const bypasses = incoming(to).flatMap(({ from }) => at(sources, from).bypass ?? []);
        if (bypasses.length === 0) return mixed;
        const bypass = net.mix(mixtureName(plan.kind, to, "bypass"), bypasses);
        return net.shuffle(net.concat([mixed, bypass]), { groups: partial });
      });
      nodes.push(node);
      if (to < STEPS + 1) sources.push(split(node));
    }
    return net.concat(nodes);
  });

/** Name of the mixture that weights a node's sum; the cells of a kind share it, as they share alpha and beta. */
export const mixtureName = (kind: CellKind, node: number, part: "operations" | "bypass"): string =>
  `mixture.${kind}.${node}.${part}`;

/** The edges into a node, by their index in EDGES. */
export const incoming = (to: number): readonly { readonly edge: number; readonly from: number }[] =>
  EDGES.flatMap((edge, index) => (edge.to === to ? [{ edge: index, from: edge.from }] : []));

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
  return candidates.flatMap((operation) => {
    const name = `${plan.name}.edge.${from}-${to}.${operation}`;
    return applyOperation(net, name, operation, x, { channels, stride: strideOf(plan.kind, from) }) ?? [];
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
