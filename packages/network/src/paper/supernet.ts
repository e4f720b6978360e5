import {
  type Candidates,
  type Cell,
  cellOf,
  edgesInto,
  mapEdges,
  type Network,
  nodesOf,
  nth,
  type Operation,
  outputsOf,
  type Space,
  type Spec,
} from "@bnas/search";
import type { Layers, PartialChannels } from "./layers.js";
import { mixtureName } from "./mixture.js";
import { applyOperation, gives } from "./operations.js";
import type { Part } from "./parts.js";
import { preprocess } from "./preprocess.js";
import { type CellPlan, type Stack, strideFrom } from "./stack.js";

/** Operations left on each edge of a cell. */
export type CellCandidates = readonly (readonly Operation[])[];

/** An edge of a cell of the supernet: what it reads, and what competes on it. */
type MixedEdge<T> = PartialChannels<T> & {
  /** Prefix of its parameters: `cell.3.edge.2-4`. */
  readonly name: string;
  readonly stride: 1 | 2;
  readonly candidates: readonly Operation[];
};

/** What every candidate of an edge makes of the channels that pass them, in their order; `none` gives nothing. */
const mixedOperation = <T>(net: Layers<T>, { name, stride, candidates, passing }: MixedEdge<T>, channels: number) => {
  const operations = candidates.filter(gives);
  return net.each(
    passing,
    operations.map(
      (operation) => (x) => applyOperation(net, `${name}.${operation}`, operation, x, { channels, stride }),
    ),
  );
};

/**
 * A cell of the supernet (paper.md sections 1 and 3). On every edge the first 1/partial of the channels pass all
 * candidates, mixed by softmax(alpha); the rest bypass them (edges that halve: through a 2x2 max-pool); both are
 * concatenated and shuffled, and a node is the sum of its edges weighted by softmax(beta).
 *
 * Sum, concatenation and shuffle are linear, so they are done once a node instead of once an edge: a node is one sum of
 * all operations on all of its edges, each weighted by beta * alpha (mixture.ts), next to one sum of the bypasses.
 * A sampled network is the cell with one candidate an edge.
 * @returns the concatenation of what it gives, in DARTS nodes 2 to 5: [b,h,w,4*channels], h and w halved by a reduction cell
 */
export const searchCell = <T>(
  net: Layers<T>,
  cell: Cell,
  plan: CellPlan,
  partial: number,
  candidates: CellCandidates,
  inputs: readonly T[],
): T => {
  const channels = plan.channels / partial;
  const nodes = preprocess(net, plan, inputs);
  for (const to of nodesOf(cell)) {
    const edges = edgesInto(cell, to).map(({ edge, from }): MixedEdge<T> => {
      const stride = strideFrom(plan, from);
      const read = net.partial(nth(nodes, from), { partial, stride });
      return { ...read, name: `${plan.name}.edge.${from}-${to}`, stride, candidates: nth(candidates, edge) };
    });
    const node = net.scope(() => {
      const operations = edges.flatMap((edge) => mixedOperation(net, edge, channels));
      const mixed =
        operations.length > 0
          ? net.mix(mixtureName(plan.kind, to, "operations"), operations)
          : net.zeros(nth(nodes, 0), { channels, stride: strideFrom(plan, 0) });
      const bypasses = edges.flatMap(({ bypass }) => bypass ?? []);
      if (bypasses.length === 0) return mixed;
      const bypass = net.mix(mixtureName(plan.kind, to, "bypass"), bypasses);
      return net.shuffle(net.concat([mixed, bypass]), { groups: partial });
    });
    nodes.push(node);
  }
  const outputs = outputsOf(cell).map((node) => nth(nodes, node));
  return outputs.length === 1 ? nth(outputs, 0) : net.concat(outputs);
};

/**
 * The network of the search, every edge mixing its candidates: from images [b,h,w,channels], normalized, to logits
 * [b,1,1,classes]. With one candidate an edge it is a sampled network.
 */
export const supernet = <T>(
  space: Space,
  stack: Stack,
  partial: Spec["network"]["partial"],
  candidates: Candidates,
): readonly Part<T>[] =>
  stack.parts((net, plan, inputs) =>
    searchCell(net, cellOf(space, plan.kind), plan, partial, candidates[plan.kind] ?? [], inputs),
  );

/** A sampled network as candidates: one an edge. */
export const candidatesOf = (network: Network): Candidates => mapEdges(network, (operation) => [operation]);
