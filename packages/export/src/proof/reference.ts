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

/** Nodes that a sign reads and whose numbers depend on the order of sums: others are whole numbers, or a norm of them. */
const roundedSigns = ({ nodes }: Graph): ReadonlySet<string> => {
  const known = new Map(nodes.map((node) => [node.name, node]));
  const bits = bitsOf(nodes);
  const isWhole = (node: GraphNode | undefined): boolean => {
    if (node === undefined) return false;
    if (node.kind === "affine") return node.inputs.every((name) => isWhole(known.get(name)));
    return isOfSigns(node, bits);
  };
  const read = nodes.flatMap((node) => (node.kind === "sign" ? node.inputs : []));
  return new Set(read.filter((name) => !isWhole(known.get(name))));
};
