import { type Graph, type GraphNode, IMAGE } from "@bnas/runtime";
import { alphaOf } from "./alpha.js";
import { toHalf } from "./half.js";
import { withoutUnread, withThresholds } from "./thresholds.js";

/**
 * The graph that is kept in a `bnn` file and that devices run: thresholds where both sides are signs, scales of 1-bit weights within the
 * norms that follow them, and every other number rounded to 16 bits. Rounding is part of the model: evaluate this graph, not the one before.
 * @throws InvalidInput for a number that 16 bits cannot hold
 */
export const compact = (graph: Graph): Graph => rounded(withoutScales(withThresholds(graph)));

/** By how much a value is smaller than what it stands for, a number a channel. */
type Scales = readonly number[];

const { fround } = Math;

/** Every alpha 1: a norm takes the scales of what it reads, and a sign needs none. Something else reads the product, by a node more. */
const withoutScales = (graph: Graph): Graph => {
  const scales = new Map<string, Scales>();
  const nodes: GraphNode[] = [];
  const scaleOf = (name: string): Scales | undefined => scales.get(name);
  /** The name of a value times its scale. */
  const whole = (name: string): string => {
    const scale = scaleOf(name);
    const of = nodes.find((node) => node.name === name);
    if (scale === undefined || of === undefined) return name;
    const scaled = `${name}.scaled`;
    if (nodes.every((node) => node.name !== scaled)) {
      const numbers = { factor: Float32Array.from(scale), offset: new Float32Array(scale.length) };
      nodes.push({ kind: "affine", ...numbers, name: scaled, inputs: [name], shape: of.shape });
    }
    return scaled;
  };
  for (const node of graph.nodes) {
    const [x = ""] = node.inputs;
    const scale = scaleOf(x);
    if (node.kind === "affine" && scale !== undefined) {
      nodes.push({ ...node, factor: node.factor.map((factor, c) => fround(factor * (scale[c] ?? 1))) });
    } else if (node.kind === "concat" && node.inputs.some((name) => scaleOf(name) !== undefined)) {
      nodes.push(node);
      scales.set(node.name, joined(node, graph, scaleOf));
    } else if ((node.kind === "sign" || node.kind === "threshold") && scale?.every((one) => one > 0) === true) {
      nodes.push(node);
    } else if ("weights" in node && node.weights.kind === "signs") {
      const { alpha } = node.weights;
      const passes = scale === undefined || node.kind === "depthwise" || new Set(scale).size === 1;
      const inputs = passes ? node.inputs : [whole(x)];
      nodes.push({ ...node, inputs, weights: { ...node.weights, alpha: 1 } });
      const before = passes ? scale : undefined;
      const scaled = Array.from(
        { length: node.shape.channels },
        (_, c) => alphaOf(alpha, c) * (before?.[node.kind === "depthwise" ? c : 0] ?? 1),
      );
      scales.set(node.name, scaled);
    } else {
      nodes.push({ ...node, inputs: node.inputs.map(whole) });
    }
  }
  return withoutUnread({ ...graph, nodes });
};

const joined = (node: GraphNode, graph: Graph, scaleOf: (name: string) => Scales | undefined): Scales =>
  node.inputs.flatMap((name) => {
    const shape = name === IMAGE ? graph.input : graph.nodes.find((one) => one.name === name)?.shape;
    return scaleOf(name) ?? Array.from({ length: shape?.channels ?? 0 }, () => 1);
  });

const rounded = (graph: Graph): Graph => ({ ...graph, nodes: graph.nodes.map(roundedNode) });

const roundedNode = (node: GraphNode): GraphNode => {
  const round = (values: Float32Array, what: string) => toHalf(values, [node.name, what]);
  if (node.kind === "affine") {
    return { ...node, factor: round(node.factor, "factor"), offset: round(node.offset, "offset") };
  }
  if (node.kind === "linear") {
    const weight = { ...node.weight, values: round(node.weight.values, "weight") };
    return { ...node, weight, bias: round(node.bias, "bias") };
  }
  if (!("weights" in node) || node.weights.kind === "signs") return node;
  return { ...node, weights: { ...node.weights, values: round(node.weights.values, "weights") } };
};
