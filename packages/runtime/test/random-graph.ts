import { type Stream, stream } from "@bnas/search";
import {
  type Graph,
  type GraphNode,
  type GraphOperation,
  type GraphWeights,
  IMAGE,
  type ValueShape,
} from "../src/graph.js";
import { shapeOf } from "../src/shape-of.js";

/** A value that later nodes may read. */
type Known = {
  readonly name: string;
  readonly shape: ValueShape;
  /** More than its numbers times the least power of 2 that makes them whole; infinite where they are not exact in 32 bits. */
  readonly size: number;
};

/** Whole numbers below it are exact in 32 bits, in whatever order they are added. */
const EXACT = 2 ** 23;
const NODES = 14;

/**
 * A graph of any operations in any order, which no network of bnas has: for what reads what, and from what. Where a sign is taken, numbers are
 * exact, so that sums in another order have the same sign.
 */
export const randomGraph = (seed: number): Graph => {
  const draw = stream(seed, "graph");
  const input = { height: 1 + draw.below(9), width: 1 + draw.below(20), channels: 1 + draw.below(12) };
  const known: Known[] = [{ name: IMAGE, shape: input, size: 4 }];
  const nodes: GraphNode[] = [];
  const append = (operation: GraphOperation, inputs: readonly Known[], channels: number): Known | undefined => {
    const shape = shapeOf(
      operation,
      inputs.map((one) => one.shape),
      channels,
    );
    if (typeof shape === "string") return undefined;
    const node = { ...operation, name: `node.${nodes.length}`, inputs: inputs.map(({ name }) => name), shape };
    nodes.push(node);
    const value = { name: node.name, shape, size: sizeOf(operation, inputs) };
    known.push(value);
    return value;
  };
  while (nodes.length < NODES) {
    const x = known[known.length - 1 - draw.below(Math.min(known.length, 4))];
    if (x === undefined) throw new RangeError("there is a value");
    const outs = 1 + draw.below(20);
    const alike = known.filter(({ shape }) => shape.height === x.shape.height && shape.width === x.shape.width);
    append(...operationFor(draw, x, outs, alike), outs);
  }
  const last = known.at(-1);
  const mean = last && append({ kind: "globalAveragePool" }, [last], 0);
  if (mean === undefined) throw new RangeError("every value has a mean");
  const ins = mean.shape.channels;
  const weight = { shape: [ins, 2], values: numbers(draw, 2 * ins) };
  append({ kind: "linear", weight, bias: numbers(draw, 2) }, [mean], 2);
  const normalization = { mean: new Array(input.channels).fill(0), std: new Array(input.channels).fill(1) };
  return { input, classes: ["one", "other"], normalization, origin: {}, nodes };
};

/** Whole numbers from -4 to 4. */
export const wholeImages = ({ input }: Graph, count: number, seed: number): Float32Array => {
  const { below } = stream(seed, "images");
  return Float32Array.from({ length: count * input.height * input.width * input.channels }, () => below(9) - 4);
};

const numbers = ({ below }: Stream, count: number): Float32Array =>
  Float32Array.from({ length: count }, () => below(4) - 1);

const weights = (draw: Stream, shape: readonly number[]): GraphWeights => {
  const count = shape.reduce((product, side) => product * side, 1);
  if (draw.below(3) === 0) return { kind: "real", shape, values: numbers(draw, count) };
  const values = Int8Array.from({ length: count }, () => (draw.below(2) === 0 ? 1 : -1));
  return { kind: "signs", shape, values, alpha: 1 };
};

const operationFor = (
  draw: Stream,
  x: Known,
  outs: number,
  alike: readonly Known[],
): readonly [GraphOperation, readonly Known[]] => {
  const { below } = draw;
  const { channels } = x.shape;
  const stride = below(4) === 0 ? 2 : 1;
  const signable = x.size < EXACT;
  const choices: readonly (() => readonly [GraphOperation, readonly Known[]])[] = [
    () => [{ kind: "relu" }, [x]],
    () => [{ kind: signable ? "sign" : "relu" }, [x]],
    () => [{ kind: signable ? "sign" : "relu" }, [x]],
    () =>
      signable
        ? [{ kind: "threshold", at: Int32Array.from({ length: channels }, () => below(7) - 3) }, [x]]
        : [{ kind: "relu" }, [x]],
    () => {
      const kernel = below(2) === 0 ? 3 : 5;
      const dilation = below(2) === 0 ? 1 : 2;
      return [{ kind: "depthwise", kernel, dilation, stride, weights: weights(draw, [kernel, kernel, channels]) }, [x]];
    },
    () => {
      const offset = stride === 2 && below(2) === 0 ? 1 : 0;
      return [{ kind: "pointwise", stride, offset, weights: weights(draw, [channels, outs]) }, [x]];
    },
    () => [{ kind: "pointwise", stride: 1, offset: 0, weights: weights(draw, [channels, outs]) }, [x]],
    () => [{ kind: "conv3x3", stride, weights: weights(draw, [3, 3, channels, outs]) }, [x]],
    () => {
      const factor = Float32Array.from({ length: channels }, () => [-2, -1, 0.5, 1][below(4)] ?? 1);
      return [{ kind: "affine", factor, offset: numbers(draw, channels) }, [x]];
    },
    () => [{ kind: "maxPool", size: below(3) === 0 ? 2 : 3, stride }, [x]],
    () => [{ kind: "avgPool", stride }, [x]],
    () => [{ kind: "concat" }, [x, alike[below(alike.length)] ?? x]],
    () => {
      const same = alike.filter(({ shape }) => shape.channels === channels);
      return [{ kind: "sum" }, [x, same[below(same.length)] ?? x]];
    },
    () => [{ kind: "zeros", stride }, [x]],
    () => [{ kind: "shuffle", groups: channels % 2 === 0 ? 2 : 1 }, [x]],
  ];
  const choice = choices[below(choices.length)];
  if (choice === undefined) throw new RangeError("there is a choice");
  return choice();
};

const sizeOf = (operation: GraphOperation, inputs: readonly Known[]): number => {
  const most = Math.max(...inputs.map(({ size }) => size));
  switch (operation.kind) {
    case "sign":
    case "threshold":
    case "zeros":
      return 1;
    case "affine":
      return 4 * most + 8;
    case "sum":
      return 2 * most;
    case "depthwise":
    case "pointwise":
    case "conv3x3": {
      const { shape, values } = operation.weights;
      return most * 2 * (values.length / (shape.at(-1) ?? 1));
    }
    case "avgPool":
    case "globalAveragePool":
      return Number.POSITIVE_INFINITY;
    default:
      return most;
  }
};
