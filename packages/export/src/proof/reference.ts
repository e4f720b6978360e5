import { type Graph, type GraphNode, runGraph } from "@bnas/model";
import { bitsOf, isOfSigns } from "../form/convolution-node.js";
import { LAYER_BOUND } from "./layer-by-layer.js";

/** What a graph makes of images. */
export type Reference = {
  /** [images, classes] */
  readonly logits: Float32Array;
  /** Of each image, numbers in front of a sign that are within rounding of 0: another order of sums may give the other sign. */
  readonly doubtful: readonly number[];
};

/** @param images normalized, [images, height, width, channels] */
export const referenceOf = (graph: Graph, images: Float32Array): Reference => {
  const { height, width, channels } = graph.input;
  const size = height * width * channels;
  const rounded = roundedSigns(graph);
  const logits = new Float32Array((images.length / size) * graph.classes.length);
  const doubtful: number[] = [];
  for (let image = 0; image * size < images.length; image++) {
    let near = 0;
    const seen = ({ name }: GraphNode, values: Float32Array): void => {
      if (!rounded.has(name)) return;
      for (const value of values) if (Math.abs(value) <= LAYER_BOUND) near++;
    };
    const own = runGraph(graph, images.subarray(image * size, (image + 1) * size), seen);
    logits.set(own, image * graph.classes.length);
    doubtful.push(near);
  }
  return { logits, doubtful };
};

/** Nodes that a sign reads and whose numbers depend on the order of sums: of others the graph says each step of rounding. */
const roundedSigns = ({ nodes }: Graph): ReadonlySet<string> => {
  const bits = bitsOf(nodes);
  const certain = new Set<string>();
  for (const node of nodes) {
    const isCertain =
      node.kind === "zeros" ||
      bits.has(node.name) ||
      isOfSigns(node, bits) ||
      (ROUNDED_IN_ORDER.has(node.kind) && node.inputs.every((name) => certain.has(name)));
    if (isCertain) certain.add(node.name);
  }
  return new Set(
    nodes.flatMap((node) => (node.kind === "sign" ? node.inputs.filter((name) => !certain.has(name)) : [])),
  );
};

/** What every runtime computes number by number, in one order. */
const ROUNDED_IN_ORDER: ReadonlySet<GraphNode["kind"]> = new Set([
  "affine",
  "relu",
  "maxPool",
  "concat",
  "sum",
  "shuffle",
]);
