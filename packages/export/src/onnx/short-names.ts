import type { NodeProto, TensorProto } from "../gen/onnx.js";

/** Nodes of a graph, and the constants that they read. */
export type NodesAndConstants = {
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
};

/**
 * The same with names of one to three letters for what has none of its own: constants, and steps within a layer. They are a fifth of a file
 * in which a weight takes a bit.
 * @param kept names that stay: of the layers, the input and the results
 */
export const withShortNames = (
  { nodes, initializers }: NodesAndConstants,
  kept: ReadonlySet<string>,
): NodesAndConstants => {
  const short = new Map<string, string>();
  const rename = (name: string): string => {
    if (kept.has(name)) return name;
    const known = short.get(name);
    if (known !== undefined) return known;
    // No layer is called so.
    const fresh = `_${short.size.toString(36)}`;
    short.set(name, fresh);
    return fresh;
  };
  return {
    nodes: nodes.map((node) => ({ ...node, input: node.input?.map(rename), output: node.output?.map(rename) })),
    initializers: initializers.map((constant) => ({ ...constant, name: rename(constant.name ?? "") })),
  };
};
