import { invalidInput } from "@bnas/errors";
import {
  aligned,
  BLOCK,
  crc32,
  digestOf,
  type ElementType,
  ENTRY,
  FORMAT_VERSION,
  type Graph,
  type GraphNode,
  type GraphWeights,
  HEADER,
  HEADER_AT,
  IMAGE,
  INPUT,
  KINDS,
  MAGIC,
  NODE,
  TYPE,
  tensorBytes,
} from "@bnas/runtime";
import { halfBits, toHalf } from "./half.js";

/**
 * A graph as a `bnn` file (docs/formats/bnn.md). What is read back is the same graph, but for the names of its nodes.
 * @param graph that `compact` gave
 * @throws InvalidInput with the node, for a number that the format does not hold
 */
export const encodeBnn = (graph: Graph): Uint8Array => {
  const { input, classes, normalization, origin } = graph;
  const text = new TextEncoder().encode(JSON.stringify({ input, classes, normalization, origin }));
  const records = recordsOf(graph);
  const tensors = graph.nodes.flatMap(tensorsOf);
  // The number of blocks is part of what moves the data: none of their sizes depends on it.
  const size = contentSize(text, records, tensors);
  const blocks = Math.ceil(size / BLOCK);
  const bytes = new Uint8Array(HEADER + 4 * blocks + size);
  const view = new DataView(bytes.buffer);
  const start = HEADER + 4 * blocks;
  bytes.set(text, start);
  let at = start + aligned(text.length);
  bytes.set(records, at);
  at += aligned(records.length);
  let data = at + ENTRY * tensors.length;
  for (const { type, count, data: content } of tensors) {
    view.setUint32(at, data, true);
    view.setUint32(at + 4, (count << 8) | type, true);
    bytes.set(content, data);
    at += ENTRY;
    data += aligned(content.length);
  }
  writeHeader(bytes, view, { text: text.length, nodes: graph.nodes.length, tensors: tensors.length, blocks });
  return bytes;
};

type Tensor = { readonly type: ElementType; readonly count: number; readonly data: Uint8Array };

const contentSize = (text: Uint8Array, records: Uint8Array, tensors: readonly Tensor[]): number =>
  aligned(text.length) +
  aligned(records.length) +
  ENTRY * tensors.length +
  tensors.reduce((sum, { data }) => sum + aligned(data.length), 0);

const writeHeader = (
  bytes: Uint8Array,
  view: DataView,
  counts: { readonly text: number; readonly nodes: number; readonly tensors: number; readonly blocks: number },
): void => {
  bytes.set(MAGIC);
  view.setUint32(HEADER_AT.version, FORMAT_VERSION, true);
  view.setUint32(HEADER_AT.length, bytes.length, true);
  for (const key of ["text", "nodes", "tensors", "blocks"] as const) view.setUint32(HEADER_AT[key], counts[key], true);
  sealBnn(bytes);
};

/** Writes the checksums of a file whose other bytes are as they are to be, in place. */
export const sealBnn = (bytes: Uint8Array): void => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks = view.getUint32(HEADER_AT.blocks, true);
  for (let block = 0; block < blocks; block++) {
    const from = HEADER + 4 * blocks + BLOCK * block;
    view.setUint32(HEADER + 4 * block, crc32(bytes.subarray(from, from + BLOCK)), true);
  }
  bytes.set(digestOf(bytes.subarray(HEADER)), HEADER_AT.sha256);
};

const recordsOf = ({ nodes }: Graph): Uint8Array => {
  const places = new Map([[IMAGE, 0], ...nodes.map(({ name }, i) => [name, i + 1] as const)]);
  const bytes = new Uint8Array(nodes.reduce((sum, { inputs }) => sum + NODE + INPUT * inputs.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const node of nodes) {
    const { a, b } = parametersOf(node);
    if (node.inputs.length > 255) throw refused(node, `${node.inputs.length} inputs`, "at most 255 inputs");
    if (node.shape.channels > 65535) throw refused(node, node.shape.channels, "at most 65535 channels");
    bytes.set([KINDS.indexOf(node.kind), node.inputs.length, a, b], at);
    view.setUint16(at + 4, node.shape.channels, true);
    for (const [i, name] of node.inputs.entries()) {
      view.setUint16(at + NODE + INPUT * i, places.get(name) ?? 0, true);
    }
    at += NODE + INPUT * node.inputs.length;
  }
  if (nodes.length > 65535) throw invalidInput("graph.nodes", nodes.length, "at most 65535", "Stack fewer cells.");
  return bytes;
};

const REAL = 16;
const strideAnd = (stride: number, weights: GraphWeights): number => stride + (weights.kind === "real" ? REAL : 0);

const parametersOf = (node: GraphNode): { readonly a: number; readonly b: number } => {
  switch (node.kind) {
    case "depthwise":
      return { a: strideAnd(node.stride, node.weights), b: node.kernel + 16 * node.dilation };
    case "pointwise":
      return { a: strideAnd(node.stride, node.weights), b: node.offset };
    case "conv3x3":
      return { a: strideAnd(node.stride, node.weights), b: 0 };
    case "maxPool":
      return { a: node.stride, b: node.size };
    case "avgPool":
    case "zeros":
      return { a: node.stride, b: 0 };
    case "shuffle":
      return { a: node.groups, b: 0 };
    default:
      return { a: 0, b: 0 };
  }
};

const tensorsOf = (node: GraphNode): Tensor[] => {
  if ("weights" in node) return [weights(node, node.weights)];
  if (node.kind === "threshold") return [integers(node, node.at)];
  if (node.kind === "affine") return [halves(node, [...node.factor, ...node.offset])];
  if (node.kind === "linear") return [halves(node, node.weight.values), halves(node, node.bias)];
  return [];
};

const weights = (node: GraphNode, { kind, values, ...rest }: GraphWeights): Tensor => {
  if (kind === "real") return halves(node, values);
  const alpha = "alpha" in rest ? rest.alpha : 1;
  if (alpha !== 1) throw refused(node, String(alpha), "weights of scale 1", "Give it what compact gave.");
  const data = new Uint8Array(tensorBytes(TYPE.bits, values.length));
  for (const [i, sign] of values.entries()) if (sign > 0) data[i >> 3] = (data[i >> 3] ?? 0) | (1 << (i & 7));
  return { type: TYPE.bits, count: counted(node, values.length), data };
};

const halves = (node: GraphNode, values: ArrayLike<number>): Tensor => {
  const numbers = Float32Array.from(values);
  const rounded = toHalf(numbers, [node.name]);
  const other = numbers.findIndex((value, i) => value !== rounded[i]);
  if (other !== -1) throw refused(node, String(numbers[other]), "a number of 16 bits", "Give it what compact gave.");
  return inTwoBytes(node, TYPE.half, numbers, (value) => halfBits(value));
};

const integers = (node: GraphNode, values: Int32Array): Tensor => {
  const outside = values.find((value) => value < -32768 || value > 32767);
  if (outside !== undefined) throw refused(node, outside, "a threshold of 16 bits", "Use fewer channels.");
  return inTwoBytes(node, TYPE.int16, values, (value) => value & 0xffff);
};

const inTwoBytes = (
  node: GraphNode,
  type: ElementType,
  values: ArrayLike<number>,
  bits: (value: number) => number,
): Tensor => {
  const data = new Uint8Array(2 * values.length);
  const view = new DataView(data.buffer);
  for (let i = 0; i < values.length; i++) view.setUint16(2 * i, bits(values[i] ?? 0), true);
  return { type, count: counted(node, values.length), data };
};

const counted = (node: GraphNode, count: number): number => {
  if (count < 2 ** 24) return count;
  throw refused(node, `${count} weights`, `fewer than ${2 ** 24}`, "Use fewer channels.");
};

const refused = (node: GraphNode, value: unknown, allowed: string, hint = "Use a smaller network.") =>
  invalidInput(["graph", node.name], value, allowed, hint);
