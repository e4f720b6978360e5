import { type Graph, type GraphNode, IMAGE, type ValueShape } from "@bnas/model";
import { bitsOf, isConvolution, isOfSigns, sumOf } from "../form/convolution-node.js";
import type { Exported } from "../form/exported.js";
import { LOGITS } from "../form/logits.js";
import { ModelProto, TensorProto_DataType, type ValueInfoProto } from "../gen/onnx.js";
import type { Dialect } from "./dialect.js";
import { Draft } from "./draft.js";
import { withShortNames } from "./short-names.js";
import { writeConvolution, writeSumOfSigns } from "./write-convolution.js";
import { writeNode } from "./write-node.js";

const FILE = "model.onnx";

/**
 * A graph in ONNX: images [batch, channels, height, width], normalized, to `logits` [batch, classes]. The traced file has more outputs:
 * every value that a node of the graph has there too, by the node's name, and the whole-number sums of convolutions of +1 and -1.
 * @param about what the file says of itself: keys and texts
 */
export const onnxModel = (graph: Graph, dialect: Dialect, about: Readonly<Record<string, string>>): Exported => {
  const { draft, values } = written(graph, dialect);
  const whole = draft.finish();
  const kept = new Set([IMAGE, LOGITS, ...values.map(({ name }) => name)]);
  const { nodes, initializers } = dialect.packed ? withShortNames(whole, kept) : whole;
  const logits = info(LOGITS, [graph.classes.length]);
  const file = (more: readonly ValueInfoProto[]): Uint8Array =>
    ModelProto.encode({
      irVersion: dialect.irVersion,
      producerName: "bnas",
      opsetImport: [{ domain: "", version: dialect.opset }, ...dialect.domains],
      metadataProps: Object.entries(about).map(([key, value]) => ({ key, value })),
      graph: {
        name: "bnas",
        node: [...nodes],
        initializer: [...initializers],
        input: [info(IMAGE, sidesOf(graph.input))],
        output: [logits, ...more],
      },
    }).finish();
  const traced = file(values.map(({ name, shape }) => info(name, sidesOf(shape))));
  return {
    files: new Map([[FILE, file([])]]),
    opened: FILE,
    traced: {
      files: new Map([[FILE, traced]]),
      opened: FILE,
      values: values.map(({ name, shape }) => ({ name, size: shape.height * shape.width * shape.channels })),
    },
  };
};

type Written = {
  readonly draft: Draft;
  /** What stands in it under the name of a node, or of its sums; the logits are not among them. */
  readonly values: readonly { readonly name: string; readonly shape: ValueShape }[];
};

const written = (graph: Graph, dialect: Dialect): Written => {
  const draft = new Draft(dialect.packed);
  const folded = normsToFold(graph);
  const norms = new Set<GraphNode>(folded.values());
  const bits = bitsOf(graph.nodes);
  const multiplied = new Set(graph.nodes.flatMap(({ kind, inputs }) => (kind === "affine" ? inputs : [])));
  const values: { readonly name: string; readonly shape: ValueShape }[] = [];
  for (const node of graph.nodes) {
    if (norms.has(node)) continue;
    const norm = folded.get(node);
    const place = { draft, dialect, x: node.inputs[0] ?? "" };
    if (!isConvolution(node)) {
      // The network's last node has the name that people look for.
      writeNode(draft, dialect, node.kind === "linear" ? { ...node, name: LOGITS } : node);
    } else if (isOfSigns(node, bits)) {
      writeSumOfSigns(place, node, multiplied.has(node.name));
      if (sumOf(node) !== node.name) values.push({ name: sumOf(node), shape: node.shape });
    } else {
      writeConvolution(place, node, norm);
    }
    if (node.kind !== "linear") values.push({ name: norm?.name ?? node.name, shape: node.shape });
  }
  return { draft, values };
};

/** Convolutions of real numbers that a norm alone reads, with that norm: it goes into their weights. */
const normsToFold = ({
  nodes,
}: Pick<Graph, "nodes">): ReadonlyMap<GraphNode, Extract<GraphNode, { readonly kind: "affine" }>> => {
  const readers = new Map<string, GraphNode[]>();
  for (const node of nodes) for (const name of node.inputs) readers.set(name, [...(readers.get(name) ?? []), node]);
  const bits = bitsOf(nodes);
  return new Map(
    nodes.flatMap((node) => {
      const [norm, ...others] = readers.get(node.name) ?? [];
      if (!isConvolution(node) || isOfSigns(node, bits)) return [];
      return norm?.kind === "affine" && others.length === 0 ? [[node, norm] as const] : [];
    }),
  );
};

const sidesOf = ({ channels, height, width }: ValueShape): readonly number[] => [channels, height, width];

const info = (name: string, sides: readonly number[]): ValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType: TensorProto_DataType.FLOAT,
      shape: { dim: [{ dimParam: "batch" }, ...sides.map((dimValue) => ({ dimValue }))] },
    },
  },
});
