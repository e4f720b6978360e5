import type { Graph, GraphNode, GraphWeights } from "@bnas/runtime";
import { alphaOf } from "./alpha.js";

const { fround } = Math;

/**
 * A graph in which a sign of a sum of signs, or of its norm, is a comparison of that sum, a whole number, with a threshold. The threshold is the
 * one by which every sum that can be has the sign that the 32-bit numbers of the graph give it (`runGraph`): rounding never lets a larger
 * sum give a smaller number, so there is one. Where the norm turns the sign, the weights of that channel are turned: then every
 * comparison is `sum >= threshold`.
 */
export const withThresholds = (graph: Graph): Graph => {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const readers = new Map<string, number>();
  for (const name of graph.nodes.flatMap(({ inputs }) => inputs)) readers.set(name, (readers.get(name) ?? 0) + 1);
  const changed = new Map<string, GraphNode>();
  /** The one that a node reads, where no other reads it. */
  const only = ({ inputs: [name = ""] }: GraphNode): GraphNode | undefined =>
    readers.get(name) === 1 ? nodes.get(name) : undefined;
  for (const node of graph.nodes) {
    if (node.kind !== "sign") continue;
    const before = only(node);
    const norm = before?.kind === "affine" ? before : undefined;
    const sum = norm === undefined ? before : only(norm);
    if (sum === undefined || !isSumOfSigns(sum, nodes)) continue;
    const { at, turned } = thresholdsOf(sum, norm);
    changed.set(sum.name, { ...sum, weights: turn(sum.weights, turned) });
    // A sign says the same of a whole number, and needs no tensor.
    if (at.every((one) => one === 0)) changed.set(node.name, { ...node, inputs: [sum.name] });
    else changed.set(node.name, { name: node.name, shape: node.shape, inputs: [sum.name], kind: "threshold", at });
  }
  return withoutUnread({ ...graph, nodes: graph.nodes.map((node) => changed.get(node.name) ?? node) });
};

/** A graph without the nodes of which nothing reaches the last. */
export const withoutUnread = (graph: Graph): Graph => {
  const read = new Set([graph.nodes.at(-1)?.name]);
  for (const node of graph.nodes.toReversed()) if (read.has(node.name)) for (const name of node.inputs) read.add(name);
  return { ...graph, nodes: graph.nodes.filter(({ name }) => read.has(name)) };
};

type Convolution = Extract<GraphNode, { readonly weights: GraphWeights }>;
type SumOfSigns = Convolution & { readonly weights: Extract<GraphWeights, { readonly kind: "signs" }> };

const isSumOfSigns = (node: GraphNode, nodes: ReadonlyMap<string, GraphNode>): node is SumOfSigns => {
  if (!("weights" in node) || node.weights.kind !== "signs") return false;
  const kind = nodes.get(node.inputs[0] ?? "")?.kind;
  return kind === "sign" || kind === "threshold";
};

/** Signs that a sum adds. */
const termsOf = ({ weights: { values, shape } }: SumOfSigns): number => values.length / (shape.at(-1) ?? 1);

type Norm = Extract<GraphNode, { readonly kind: "affine" }>;

const thresholdsOf = (sum: SumOfSigns, norm: Norm | undefined): { at: Int32Array; turned: readonly boolean[] } => {
  const terms = termsOf(sum);
  const turned = Array.from({ length: sum.shape.channels }, (_, c) => (norm?.factor[c] ?? 1) < 0);
  const at = Int32Array.from(turned, (turns, c) => {
    const above = (s: number): boolean => {
      const value = fround(alphaOf(sum.weights.alpha, c) * (turns ? -s : s));
      return norm === undefined
        ? value >= 0
        : fround(fround(value * (norm.factor[c] ?? 1)) + (norm.offset[c] ?? 0)) >= 0;
    };
    return leastAbove(-terms, terms, above);
  });
  return { at, turned };
};

/** The least whole number from which on `above` holds; one more than the most where it never does. */
const leastAbove = (least: number, most: number, above: (value: number) => boolean): number => {
  let [low, high] = [least, most + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (above(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
};

/** Weights of scale 1 whose channels, the last dimension, have the other sign where it says so. */
const turn = <W extends GraphWeights & { readonly kind: "signs" }>(weights: W, turned: readonly boolean[]): W => ({
  ...weights,
  alpha: 1,
  values: weights.values.map((sign, i) => (turned[i % turned.length] ? -sign : sign)),
});
