import { invalidInput } from "@bnas/errors";
import { type Graph, type GraphNode, type GraphWeights, IMAGE, type ValueShape } from "@bnas/runtime";
import { alphaOf } from "./alpha.js";

// The reference: what a graph means, in numbers. Every result of an addition, a product and a quotient is rounded to 32 bits, and sums run
// in the order of the loops below. So whatever computes in this order gives the same bits; sums of signs are exact in any order.

/** Sees the values of every node: [images, height, width, channels], row-major. */
export type Seen = (node: GraphNode, values: Float32Array) => void;

const { fround } = Math;

/**
 * The logits of images by a graph, computed plainly.
 * @param images normalized, [images, height, width, channels], row-major
 * @param seen is called with each node in order
 * @returns [images, classes]
 * @throws InvalidInput when the images are not of the graph's shape
 */
export const runGraph = (graph: Graph, images: Float32Array, seen: Seen = () => {}): Float32Array => {
  const count = countImages(graph, images);
  const values = new Map<string, Value>([[IMAGE, { shape: graph.input, values: images }]]);
  const lastReader = lastReaders(graph);
  let last = images;
  for (const [place, node] of graph.nodes.entries()) {
    const inputs = node.inputs.map((name) => valueNamed(values, name));
    last = runNode(node, inputs, count);
    values.set(node.name, { shape: node.shape, values: last });
    seen(node, last);
    for (const name of node.inputs) if (lastReader.get(name) === place) values.delete(name);
  }
  return last;
};

/** What a node reads: [images, height, width, channels], row-major. */
export type Value = { readonly shape: ValueShape; readonly values: Float32Array };

const countImages = ({ input }: Graph, images: Float32Array): number => {
  const count = images.length / sizeOf(input);
  if (Number.isInteger(count) && count > 0) return count;
  const allowed = `a multiple of ${sizeOf(input)} (${input.height}x${input.width}x${input.channels})`;
  throw invalidInput("images", `${images.length} values`, allowed, "Resize the images to the model's input.");
};

const lastReaders = ({ nodes }: Graph): ReadonlyMap<string, number> =>
  new Map(nodes.flatMap(({ inputs }, place) => inputs.map((name) => [name, place])));

const valueNamed = (values: ReadonlyMap<string, Value>, name: string): Value => {
  const found = values.get(name);
  if (found === undefined) throw new RangeError(`no node before it is called ${name}`);
  return found;
};

const sizeOf = ({ height, width, channels }: ValueShape): number => height * width * channels;

/** The values of one node, for so many images. */
export const runNode = (node: GraphNode, inputs: readonly Value[], count: number): Float32Array => {
  const [x] = inputs;
  if (x === undefined) throw new RangeError(`${node.name} reads nothing`);
  const y = new Float32Array(count * sizeOf(node.shape));
  const byChannel = (f: (value: number, channel: number) => number): Float32Array =>
    y.map((_, i) => f(at(x.values, i), i % node.shape.channels));
  switch (node.kind) {
    case "relu":
      return byChannel((value) => Math.max(value, 0));
    case "sign":
      return byChannel((value) => (value >= 0 ? 1 : -1));
    case "threshold":
      return byChannel((value, channel) => (value >= at(node.at, channel) ? 1 : -1));
    case "affine":
      return byChannel((value, channel) => fround(value * at(node.factor, channel)) + at(node.offset, channel));
    case "sum":
      return y.map((_, i) => inputs.reduce((sum, input) => fround(sum + at(input.values, i)), 0));
    case "zeros":
      return y;
    case "depthwise": {
      const { kernel, dilation, stride, weights } = node;
      const windows = { kernel, dilation, stride, first: (-dilation * (kernel - 1)) / 2 };
      return scaled(depthwise(x, y, node.shape, windows, weights.values), weights);
    }
    case "pointwise": {
      const windows = { kernel: 1, dilation: 1, stride: node.stride, first: node.offset };
      return scaled(convolve(x, y, node.shape, windows, node.weights.values), node.weights);
    }
    case "conv3x3": {
      const windows = { kernel: 3, dilation: 1, stride: node.stride, first: -1 };
      return scaled(convolve(x, y, node.shape, windows, node.weights.values), node.weights);
    }
    case "maxPool":
      return pool(x, y, node, { kernel: node.size, first: node.size === 3 ? -1 : 0 }, maximum);
    case "avgPool":
      return pool(x, y, node, { kernel: 3, first: -1 }, mean);
    case "globalAveragePool": {
      const windows = { kernel: Math.max(x.shape.height, x.shape.width), first: 0 };
      return pool(x, y, { ...node, stride: 1 }, windows, mean);
    }
    case "linear": {
      const windows = { kernel: 1, dilation: 1, stride: 1, first: 0 };
      convolve(x, y, node.shape, windows, node.weight.values);
      return y.map((value, i) => value + at(node.bias, i % node.shape.channels));
    }
    case "concat":
      return concat(inputs, y, node.shape.channels);
    case "shuffle": {
      const { channels } = node.shape;
      const part = channels / node.groups;
      return y.map((_, i) => {
        const channel = i % channels;
        return at(x.values, i - channel + (channel % node.groups) * part + Math.floor(channel / node.groups));
      });
    }
  }
};

/** Which pixels a result reads: (stride * i + first + dilation * u, ...), u from 0 to kernel - 1. */
type Windows = { readonly kernel: number; readonly dilation: number; readonly stride: number; readonly first: number };

/** Calls `f` with every pair of a result's pixel and a pixel that it reads in the image, by their places; of a pixel by rows. */
const eachTap = (
  from: ValueShape,
  to: ValueShape,
  images: number,
  { kernel, dilation, stride, first }: Windows,
  f: (result: number, pixel: number, tap: number) => void,
): void => {
  for (let image = 0; image < images; image++) {
    for (let i = 0; i < to.height; i++) {
      for (let j = 0; j < to.width; j++) {
        for (let u = 0; u < kernel; u++) {
          const row = stride * i + first + dilation * u;
          if (row < 0 || row >= from.height) continue;
          for (let v = 0; v < kernel; v++) {
            const column = stride * j + first + dilation * v;
            if (column < 0 || column >= from.width) continue;
            const result = (image * to.height + i) * to.width + j;
            f(result, (image * from.height + row) * from.width + column, u * kernel + v);
          }
        }
      }
    }
  }
};

const imagesOf = ({ shape, values }: Value): number => values.length / sizeOf(shape);

const depthwise = (x: Value, y: Float32Array, to: ValueShape, windows: Windows, w: ArrayLike<number>): Float32Array => {
  const { channels } = to;
  eachTap(x.shape, to, imagesOf(x), windows, (result, pixel, tap) => {
    for (let c = 0; c < channels; c++) {
      const product = fround(at(x.values, pixel * channels + c) * at(w, tap * channels + c));
      y[result * channels + c] = at(y, result * channels + c) + product;
    }
  });
  return y;
};

const convolve = (x: Value, y: Float32Array, to: ValueShape, windows: Windows, w: ArrayLike<number>): Float32Array => {
  const [ins, outs] = [x.shape.channels, to.channels];
  eachTap(x.shape, to, imagesOf(x), windows, (result, pixel, tap) => {
    for (let c = 0; c < ins; c++) {
      const value = at(x.values, pixel * ins + c);
      const row = (tap * ins + c) * outs;
      for (let o = 0; o < outs; o++) {
        y[result * outs + o] = at(y, result * outs + o) + fround(value * at(w, row + o));
      }
    }
  });
  return y;
};

/** Sums times their scale. */
const scaled = (y: Float32Array, weights: GraphWeights): Float32Array => {
  if (weights.kind === "real") return y;
  const { alpha, shape } = weights;
  const channels = shape.at(-1) ?? 1;
  return y.map((sum, i) => sum * alphaOf(alpha, i % channels));
};

const maximum = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value));
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => fround(sum + value), 0) / values.length;

const pool = (
  x: Value,
  y: Float32Array,
  { shape, stride }: { readonly shape: ValueShape; readonly stride: number },
  { kernel, first }: { readonly kernel: number; readonly first: number },
  reduce: (values: readonly number[]) => number,
): Float32Array => {
  const { channels } = shape;
  const pixels: number[][] = Array.from({ length: y.length / channels }, () => []);
  eachTap(x.shape, shape, imagesOf(x), { kernel, dilation: 1, stride, first }, (result, pixel) => {
    pixels[result]?.push(pixel);
  });
  return y.map((_, i) => {
    const channel = i % channels;
    return reduce((pixels[Math.floor(i / channels)] ?? []).map((pixel) => at(x.values, pixel * channels + channel)));
  });
};

const concat = (inputs: readonly Value[], y: Float32Array, channels: number): Float32Array => {
  let first = 0;
  for (const { shape, values } of inputs) {
    for (let i = 0; i < values.length; i++) {
      const pixel = Math.floor(i / shape.channels);
      y[pixel * channels + first + (i % shape.channels)] = at(values, i);
    }
    first += shape.channels;
  }
  return y;
};

/** An element that must be there: the compiler cannot know it, who makes the graph can. */
const at = (values: ArrayLike<number>, index: number): number => values[index] ?? Number.NaN;
