import { type Graph, type GraphNode, IMAGE } from "@bnas/model";
import { type ConvolutionNode, isConvolution } from "../form/convolution-node.js";

type AffineNode = Extract<GraphNode, { readonly kind: "affine" }>;

/** What a convolution makes of a number before it is multiplied. */
export type Reading = "identity" | "relu" | "sign";

/** One step of a program: a node, with the map that it reads through and the stem that it computes again. */
export type CStep = {
  readonly node: GraphNode;
  /** What it reads, maps and stems left out: steps before it, or `image`. */
  readonly inputs: readonly string[];
  readonly reading: Reading;
  /** The convolution of the image and its norm that stand in place of the input. */
  readonly stem: { readonly conv: ConvolutionNode; readonly norm: AffineNode } | undefined;
};

/**
 * The steps of a graph. A map that convolutions alone read takes no memory: they apply it to each number that they read. Nor does a stem that
 * pointwise convolutions alone read: it has 27 products a number, and would keep the widest value of the network in memory.
 */
export const cStepsOf = (graph: Graph): readonly CStep[] => {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const readers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes)
    for (const name of node.inputs) readers.set(name, [...(readers.get(name) ?? []), node]);
  const readBy = (node: GraphNode): readonly GraphNode[] => readers.get(node.name) ?? [];
  const maps = new Set(
    graph.nodes.filter(
      (node) =>
        (node.kind === "relu" || node.kind === "sign") &&
        readBy(node).every((reader) => isConvolution(reader) || reader.kind === "linear"),
    ),
  );
  const stems = new Map<string, NonNullable<CStep["stem"]>>();
  for (const norm of graph.nodes) {
    const conv = norm.kind === "affine" ? nodes.get(norm.inputs[0] ?? "") : undefined;
    if (norm.kind !== "affine" || conv?.kind !== "conv3x3") continue;
    const through = readBy(norm).flatMap((reader) => (maps.has(reader) ? readBy(reader) : [reader]));
    const alone = readBy(conv).length === 1 && through.every(({ kind }) => kind === "pointwise");
    if (conv.inputs[0] === IMAGE && conv.weights.kind === "real" && alone) stems.set(norm.name, { conv, norm });
  }
  const left = new Set<GraphNode>([...maps, ...[...stems.values()].flatMap(({ conv, norm }) => [conv, norm])]);
  return graph.nodes.flatMap((node): CStep[] => {
    if (left.has(node)) return [];
    const [first] = node.inputs.map((name) => nodes.get(name));
    const map = first !== undefined && maps.has(first) ? first : undefined;
    const read = map === undefined ? node.inputs : map.inputs;
    const stem = stems.get(read[0] ?? "");
    const reading = map?.kind === "relu" || map?.kind === "sign" ? map.kind : "identity";
    return [{ node, inputs: stem === undefined ? read : [], reading, stem }];
  });
};
