import type { GraphNode, GraphWeights } from "@bnas/model";

/** A node that is a convolution. */
export type ConvolutionNode = Extract<GraphNode, { readonly kind: "depthwise" | "pointwise" | "conv3x3" }>;

export const isConvolution = (node: GraphNode): node is ConvolutionNode =>
  node.kind === "depthwise" || node.kind === "pointwise" || node.kind === "conv3x3";

/** Names of the nodes whose values are +1 and -1. */
export const bitsOf = (nodes: readonly GraphNode[]): ReadonlySet<string> =>
  new Set(nodes.filter(({ kind }) => kind === "sign" || kind === "threshold").map(({ name }) => name));

/** Whether the sums of a node are of +1 and -1: whole numbers, which no order of adding changes. */
export const isOfSigns = (node: GraphNode, bits: ReadonlySet<string>): node is SumOfSigns =>
  isConvolution(node) && node.weights.kind === "signs" && node.inputs.every((name) => bits.has(name));

/** A convolution of +1 and -1. */
export type SumOfSigns = ConvolutionNode & { readonly weights: Extract<GraphWeights, { readonly kind: "signs" }> };

/** The name of the sums of a node, before they are multiplied by its scale: its own where that is 1. */
export const sumOf = ({ name, weights: { alpha } }: SumOfSigns): string => (alpha === 1 ? name : `${name}.sum`);
