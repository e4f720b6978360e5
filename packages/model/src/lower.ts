import { invalidInput } from "@bnas/errors";
import { type DerivedLayers, derivedPartsOf, meanMagnitudes, type Part, runParts } from "@bnas/network";
import {
  type Graph,
  type GraphNode,
  type GraphOperation,
  type GraphWeights,
  IMAGE,
  type ValueShape,
} from "@bnas/runtime";
import type { TensorValue } from "@bnas/search";
import { derivedOptionsOf, inputShapeOf, type Model } from "./model.js";

/** A value while the network is read: the node that makes it. */
type Value = { readonly name: string; readonly shape: ValueShape };

/**
 * The graph of a model: the third reading of the network's layers (packages/network/src/paper/layers.ts), in which a value is the name of
 * a node and every layer appends one. Weights are binarized here: their signs, and the mean of their magnitudes. Batch norms become
 * `affine`, a map that a convolution reads through becomes a node of its own, and what training alone needs is gone.
 * @throws InvalidInput when a tensor is missing, or the network has a layer that a derived network of bnas has not
 */
export const lower = (model: Model): Graph => {
  const nodes = new Map<string, GraphNode>();
  let part = "";
  let unnamed = 0;
  const append = (name: string, operation: GraphOperation, inputs: readonly Value[], shape: ValueShape): Value => {
    if (nodes.has(name)) throw new Error(`two nodes are called ${name}`);
    nodes.set(name, { ...operation, name, inputs: inputs.map((input) => input.name), shape });
    return { name, shape };
  };
  /** What has no parameters is computed once for all that read it. */
  const once = (name: string, operation: GraphOperation, x: Value, shape: ValueShape): Value =>
    nodes.has(name) ? { name, shape } : append(name, operation, [x], shape);
  const inPart = (kind: string): string => `${part}.${kind}.${unnamed++}`;
  const mapped = (x: Value, map: "identity" | "relu" | "sign"): Value =>
    map === "identity" ? x : once(`${x.name}.${map}`, { kind: map }, x, x.shape);
  const tensor = (name: string): TensorValue => {
    const found = model.tensors.get(name);
    if (found === undefined) throw invalidInput(["tensors", name], "missing", "a tensor", "Take a whole model.");
    return found;
  };
  const { binarize, xnor = "tensor" } = model.network;
  const net: DerivedLayers<Value> = {
    binarize,
    depthwise(name, x, { input, weight, kernel, stride, dilation }) {
      const weights = weightsOf(tensor(name), weight, xnor);
      const operation = { kind: "depthwise", kernel, stride, dilation, weights } as const;
      return append(name, operation, [mapped(x, input)], strided(x.shape, stride));
    },
    pointwise(name, x, { input, weight, out, stride, offset }) {
      const operation = { kind: "pointwise", stride, offset, weights: weightsOf(tensor(name), weight, xnor) } as const;
      const { height, width } = x.shape;
      const shape = strided({ height: height - offset, width: width - offset, channels: out }, stride);
      return append(name, operation, [mapped(x, input)], shape);
    },
    conv3x3(name, x, { input, weight, out, stride }) {
      const operation = { kind: "conv3x3", stride, weights: weightsOf(tensor(name), weight, xnor) } as const;
      return append(name, operation, [mapped(x, input)], strided({ ...x.shape, channels: out }, stride));
    },
    relu: (x) => mapped(x, "relu"),
    norm(name, x) {
      const part = (which: string) => tensor(`${name}.${which}`).values;
      const [scale, shift, mean, variance] = [part("scale"), part("shift"), part("mean"), part("variance")];
      const { epsilon } = model.network;
      const factor = scale.map((value, c) => value / Math.sqrt((variance[c] ?? 0) + epsilon));
      const offset = factor.map((value, c) => (shift[c] ?? 0) - value * (mean[c] ?? 0));
      return append(name, { kind: "affine", factor, offset }, [x], x.shape);
    },
    maxPool(x, { size, stride }) {
      const count = (side: number) => (size === 3 ? Math.ceil(side / stride) : Math.floor((side - 2) / stride) + 1);
      const shape = { height: count(x.shape.height), width: count(x.shape.width), channels: x.shape.channels };
      return once(`${x.name}.max_pool_${size}x${size}.${stride}`, { kind: "maxPool", size, stride }, x, shape);
    },
    avgPool: (x, { stride }) =>
      once(`${x.name}.avg_pool_3x3.${stride}`, { kind: "avgPool", stride }, x, strided(x.shape, stride)),
    each: (x, operations) => operations.map((operation) => operation(x)),
    mix: (name) => refuse(`the mixture ${name}`),
    partial: (x, { partial }) => (partial === 1 ? { passing: x, bypass: null } : refuse("partial channels")),
    sum: (xs) => {
      const [first] = xs;
      if (first === undefined) throw new RangeError("a sum of nothing");
      return xs.length === 1 ? first : append(inPart("sum"), { kind: "sum" }, xs, first.shape);
    },
    concat(xs) {
      const [first] = xs;
      if (first === undefined) throw new RangeError("a concatenation of nothing");
      const channels = xs.reduce((sum, { shape }) => sum + shape.channels, 0);
      return xs.length === 1 ? first : append(inPart("concat"), { kind: "concat" }, xs, { ...first.shape, channels });
    },
    shuffle: (x, { groups }) => once(`${x.name}.shuffle.${groups}`, { kind: "shuffle", groups }, x, x.shape),
    zeros: (x, { channels, stride }) =>
      append(inPart("zeros"), { kind: "zeros", stride }, [x], strided({ ...x.shape, channels }, stride)),
    globalAveragePool: (x) =>
      once(`${x.name}.mean`, { kind: "globalAveragePool" }, x, { height: 1, width: 1, channels: x.shape.channels }),
    linear(name, x, { out, relu }) {
      const operation = {
        kind: "linear",
        weight: tensor(`${name}.weight`),
        bias: tensor(`${name}.bias`).values,
      } as const;
      return append(name, operation, [mapped(x, relu ? "relu" : "identity")], { height: 1, width: 1, channels: out });
    },
    dropPath: (x) => x,
    auxiliaryPool: () => refuse("an auxiliary head"),
    flatten: () => refuse("an auxiliary head"),
    scope: (f) => f(),
  };
  const parts = derivedPartsOf<Value>(model.genotype, derivedOptionsOf(model), inputShapeOf(model)).map(
    (one): Part<Value, DerivedLayers<Value>> => ({
      ...one,
      run(layers, inputs) {
        part = one.name;
        unnamed = 0;
        return one.run(layers, inputs);
      },
    }),
  );
  runParts(parts, net, { name: IMAGE, shape: model.input });
  const { input, classes, normalization, origin } = model;
  return { input, classes, normalization, origin, nodes: [...nodes.values()] };
};

const strided = ({ height, width, channels }: ValueShape, stride: 1 | 2): ValueShape => ({
  height: Math.ceil(height / stride),
  width: Math.ceil(width / stride),
  channels,
});

/** Weights as they enter: for XNOR their signs (that of 0 is +1) and the mean of their magnitudes, of all or of a channel's. */
const weightsOf = (
  { shape, values }: TensorValue,
  map: "real" | "xnor",
  of: NonNullable<Model["network"]["xnor"]>,
): GraphWeights => {
  if (map === "real") return { kind: "real", shape, values };
  const alpha =
    of === "channel"
      ? meanMagnitudes(values, shape.at(-1) ?? 1)
      : Math.fround(values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length);
  return { kind: "signs", shape, values: Int8Array.from(values, (value) => (value >= 0 ? 1 : -1)), alpha };
};

const refuse = (what: string): never => {
  throw invalidInput(
    "genotype",
    `an operation with ${what}`,
    "operations that a derived network may have",
    "An operation of your own must be made of the other layers: packages/network/src/paper/layers.ts.",
  );
};
