import { type Graph, type GraphNode, IMAGE, runNode, type ValueShape } from "@bnas/model";
import { bitsOf, isOfSigns, sumOf } from "../form/convolution-node.js";

/** The most that a number which is not exact may differ, in proportion to the largest of its value; and what counts as 0 for a sign. */
export const LAYER_BOUND = 1e-5;

/** What was seen of a network that computed an image, value by value. */
export type Comparison = {
  /** The first value that is not what the graph makes of the values before it; undefined where there is none. */
  readonly first: string | undefined;
  /** Values that were compared. */
  readonly values: number;
  /** Of them, whole-number sums of convolutions of +1 and -1: equal bit for bit. */
  readonly sums: number;
  /** Of the others, the largest difference in proportion to the largest number of the value. */
  readonly largest: number;
  /** Signs that differ because the number is within rounding of 0. */
  readonly signs: number;
};

/**
 * Compare what a network computed of one image with its graph, value by value: each with what the graph makes of those that the network
 * itself computed before. So a difference is found where it arises, and is not added up through the layers behind it.
 * @param computed by name: of nodes, and of sums (`NAME.sum`). A node that is missing was computed together with its reader.
 */
export const layerByLayer = (
  graph: Graph,
  image: Float32Array,
  computed: ReadonlyMap<string, Float32Array>,
): Comparison => {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const shapes = new Map<string, ValueShape>([[IMAGE, graph.input], ...graph.nodes.map(shapeOf)]);
  const bits = bitsOf(graph.nodes);
  const seen = { values: 0, sums: 0, largest: 0, signs: 0 };
  const own = new Map([[IMAGE, image]]);
  const valueNamed = (name: string): Float32Array => {
    const known = computed.get(name) ?? own.get(name);
    if (known !== undefined) return known;
    const node = nodes.get(name);
    if (node === undefined) throw new RangeError(`the graph has no node ${name}`);
    const values = expected(node);
    own.set(name, values);
    return values;
  };
  const expected = (node: GraphNode): Float32Array => {
    const inputs = node.inputs.map((name) => ({ shape: shapes.get(name) ?? graph.input, values: valueNamed(name) }));
    return runNode(node, inputs, 1);
  };
  const isAsExpected = (node: GraphNode, got: Float32Array): boolean => {
    seen.values++;
    const wanted = expected(node);
    if (node.kind === "sign" || node.kind === "threshold") {
      const [x = ""] = node.inputs;
      const flipped = signsWithinRounding(wanted, got, valueNamed(x));
      seen.signs += flipped ?? 0;
      return flipped !== undefined;
    }
    const apart = difference(wanted, got);
    seen.largest = Math.max(seen.largest, apart);
    return apart <= (isExact(node) ? 0 : LAYER_BOUND);
  };
  for (const node of graph.nodes) {
    const sum = isOfSigns(node, bits) ? computed.get(sumOf(node)) : undefined;
    if (isOfSigns(node, bits) && sum !== undefined) {
      seen.values++;
      seen.sums++;
      const unscaled = { ...node, weights: { ...node.weights, alpha: 1 } };
      if (difference(expected(unscaled), sum) > 0) return { first: sumOf(node), ...seen };
    }
    const got = computed.get(node.name);
    if (got !== undefined && got !== sum && !isAsExpected(node, got)) return { first: node.name, ...seen };
    // What was computed together with its reader is read by that alone.
    for (const name of node.inputs) if (name !== IMAGE && computed.has(node.name)) own.delete(name);
  }
  return { first: undefined, ...seen };
};

const shapeOf = ({ name, shape }: GraphNode): readonly [string, ValueShape] => [name, shape];

/** Nodes that only choose among the numbers that they read. */
const isExact = ({ kind }: GraphNode): boolean =>
  kind === "relu" || kind === "maxPool" || kind === "concat" || kind === "zeros" || kind === "shuffle";

/** The largest difference, in proportion to the largest number but at least 1; infinite where one is no number. */
const difference = (wanted: Float32Array, got: Float32Array): number => {
  if (wanted.length !== got.length) return Number.POSITIVE_INFINITY;
  let [apart, size] = [0, 1];
  for (const [place, value] of wanted.entries()) {
    const other = got[place] ?? Number.NaN;
    if (!Number.isFinite(other)) return Number.POSITIVE_INFINITY;
    apart = Math.max(apart, Math.abs(value - other));
    size = Math.max(size, Math.abs(value));
  }
  return apart / size;
};

/** How many signs differ where the number is within rounding of 0; undefined when one differs elsewhere. */
const signsWithinRounding = (wanted: Float32Array, got: Float32Array, x: Float32Array): number | undefined => {
  if (wanted.length !== got.length) return undefined;
  let flipped = 0;
  for (const [place, value] of wanted.entries()) {
    const other = got[place];
    if (other === value) continue;
    if (Math.abs(other ?? 0) !== 1 || Math.abs(x[place] ?? Number.NaN) > LAYER_BOUND) return undefined;
    flipped++;
  }
  return flipped;
};
