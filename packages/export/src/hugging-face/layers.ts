import type { Graph, GraphNode, GraphOperation } from "@bnas/model";

/** `layers.json`: the nodes of a graph without their numbers, which are in model.safetensors under the node's name. */
export const printLayers = ({ nodes }: Graph): string =>
  `[\n${nodes.map((node) => `  ${JSON.stringify(layerOf(node))}`).join(",\n")}\n]\n`;

const layerOf = (node: GraphNode) => {
  const { name, kind, inputs, shape } = node;
  const sides = [shape.height, shape.width, shape.channels];
  return { name, kind, inputs, shape: sides, ...settingsOf(node) };
};

const settingsOf = (operation: GraphOperation): Readonly<Record<string, number | boolean>> => {
  switch (operation.kind) {
    case "depthwise": {
      const { kernel, stride, dilation, weights } = operation;
      return { kernel, stride, dilation, binary: weights.kind === "signs" };
    }
    case "pointwise":
      return { stride: operation.stride, offset: operation.offset, binary: operation.weights.kind === "signs" };
    case "conv3x3":
      return { stride: operation.stride, binary: operation.weights.kind === "signs" };
    case "maxPool":
      return { size: operation.size, stride: operation.stride };
    case "avgPool":
      return { stride: operation.stride };
    case "shuffle":
      return { groups: operation.groups };
    case "threshold":
      throw new RangeError("a threshold has no tensor of its own in a model");
    default:
      return {};
  }
};
