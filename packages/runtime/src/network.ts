import { decodeBnn } from "./decode-bnn.js";
import type { Graph, ValueShape } from "./graph.js";
import { type RunningKernels, startKernels } from "./kernels.js";
import { type NetworkPlan, planNetwork } from "./plan.js";

/** What a network says of an image. */
export type Classification = {
  /** The name of the class of the largest logit. */
  readonly class: string;
  /** Of each class, in the order of `classes`: softmax of the logits. */
  readonly probabilities: readonly number[];
};

/** A network that was loaded. It computes one image at a time. */
export type LoadedNetwork = Pick<Graph, "input" | "classes" | "normalization" | "origin"> & {
  /**
   * Logits of images that are normalized: (pixel / 255 - mean) / std.
   * @param images [images, height, width, channels], row-major
   * @returns [images, classes]
   * @throws RangeError when they are not of the network's shape
   */
  logits(images: Float32Array): Float32Array;
  /**
   * The class of an image.
   * @param pixels [height, width, channels], 0 to 255, row-major, of the network's height, width and channels
   * @throws RangeError when it is not of the network's shape
   */
  classify(pixels: ArrayLike<number>): Classification;
};

/**
 * A network of a `bnn` file, ready to run. It rejects with DamagedFile for bytes that are no such file.
 */
export const load = async (bytes: Uint8Array): Promise<LoadedNetwork> => {
  const graph = decodeBnn(bytes);
  const plan = planNetwork(graph);
  const kernels = await startKernels();
  prepare(kernels, plan);
  const { input, classes, normalization, origin } = graph;
  const logits = (images: Float32Array): Float32Array => run(kernels, plan, graph, images);
  return {
    input,
    classes,
    normalization,
    origin,
    logits,
    classify(pixels) {
      requireSize(pixels.length, input, 1);
      const probabilities = softmax(logits(normalized(pixels, graph)));
      return { class: classes[indexOfLargest(probabilities)] ?? "", probabilities };
    },
  };
};

const PAGE = 65536;

const prepare = ({ memory }: RunningKernels, { bytes, constants }: NetworkPlan): void => {
  const pages = Math.ceil((bytes + PAGE) / PAGE) - memory.buffer.byteLength / PAGE;
  if (pages > 0) memory.grow(pages);
  const all = new Uint8Array(memory.buffer);
  for (const [at, data] of constants) all.set(data, at);
};

const requireSize = (found: number, { height, width, channels }: ValueShape, count: number): void => {
  if (found === count * height * width * channels && count >= 1 && Number.isInteger(count)) return;
  throw new RangeError(
    `images: ${found} values are not allowed; it takes ${height}x${width}x${channels} for each image`,
  );
};

const run = (kernels: RunningKernels, plan: NetworkPlan, graph: Graph, images: Float32Array): Float32Array => {
  const { height, width, channels } = graph.input;
  const size = height * width * channels;
  const count = images.length / size;
  requireSize(images.length, graph.input, count);
  const memory = { numbers: new Float32Array(kernels.memory.buffer), bytes: new Uint8Array(kernels.memory.buffer) };
  const logits = new Float32Array(count * graph.classes.length);
  for (let image = 0; image < count; image++) {
    for (let c = 0; c < channels; c++) {
      const at = (plan.image.at + c * plan.image.plane) >> 2;
      for (let p = 0; p < height * width; p++) memory.numbers[at + p] = images[image * size + p * channels + c] ?? 0;
    }
    for (const step of plan.steps) {
      if (typeof step === "function") step(memory);
      else kernels[step.kernel](...step.numbers);
    }
    for (let o = 0; o < graph.classes.length; o++) {
      logits[image * graph.classes.length + o] = memory.numbers[(plan.result.at + o * plan.result.plane) >> 2] ?? 0;
    }
  }
  return logits;
};

const normalized = (pixels: ArrayLike<number>, { normalization, input }: Graph): Float32Array =>
  Float32Array.from({ length: pixels.length }, (_, i) => {
    const c = i % input.channels;
    return ((pixels[i] ?? 0) / 255 - (normalization.mean[c] ?? 0)) / (normalization.std[c] ?? 1);
  });

const softmax = (logits: Float32Array): number[] => {
  const most = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
};

const indexOfLargest = (values: readonly number[]): number => values.indexOf(Math.max(...values));
