import { invalidInput } from "@bnas/errors";
import { batchNorm } from "@bnas/kernels";
import type { Stream, Tensors, TensorValue } from "@bnas/search";
import {
  customGrad,
  matMul,
  mul,
  type Rank,
  reshape,
  type Tensor,
  type Tensor1D,
  type Tensor3D,
  type Tensor4D,
  tensor1d,
  tensor3d,
  tensor4d,
} from "@tensorflow/tfjs-core";
import type { DerivedLayers } from "../paper/derived-cell.js";
import type { Binarize, Binarizer, Xnor } from "../paper/layers.js";
import { affine } from "./affine.js";
import { rectified } from "./maps.js";
import { tensorLayers } from "./tensor-layers.js";
import type { TensorOf } from "./tensors-by-name.js";

/** How a derived network is computed. */
export type Mode =
  | {
      /** Batch norms by the batch; paths dropped with a probability that grows from 0 to DARTS' 0.2 while training. */
      readonly training: true;
      /** Learning rate of the step. */
      readonly rate: number;
      readonly dropPath: { readonly probability: number; readonly stream: Pick<Stream, "next"> };
    }
  | {
      readonly training: false;
      /** Running means and variances, `${norm}.mean` and `${norm}.variance`. */
      readonly statistics: Tensors;
    };

/** Mean and unbiased variance of every channel of a batch, `${norm}.mean` and `${norm}.variance`. */
export type BatchStatistics = Map<string, TensorValue>;

/** What a derived network's layers are made with. */
export type DerivedLayerOptions = {
  readonly binarize: Binarize;
  readonly binarizer: Binarizer;
  readonly xnor: Xnor;
  /** Added to the variance of every norm. */
  readonly epsilon: number;
};

/** Layers of a derived network: norms with an affine part, which note the statistics of the batch when training. */
export const derivedLayers = (
  { binarize, binarizer, xnor, epsilon }: DerivedLayerOptions,
  tensor: TensorOf,
  mode: Mode,
  seen: BatchStatistics,
): DerivedLayers<Tensor4D> => ({
  ...tensorLayers(
    { binarize, binarizer, conventions: { xnor, stemNorm: "plain" } },
    tensor,
    mode.training ? mode.rate : 0,
  ),
  norm(name, x) {
    const scale = tensor(`${name}.scale`) as Tensor1D; // The trace gave it the shape [channels].
    const shift = tensor(`${name}.shift`) as Tensor1D;
    if (!mode.training) return normByStatistics(name, x, scale, shift, mode.statistics, epsilon);
    const [y, mean, variance] = batchNorm(x, { epsilon });
    seen.set(`${name}.mean`, { shape: mean.shape, values: new Float32Array(mean.dataSync()) });
    const positions = x.size / x.shape[3];
    const unbiased = positions > 1 ? positions / (positions - 1) : 1;
    const values = Float32Array.from(variance.dataSync(), (value) => unbiased * value);
    seen.set(`${name}.variance`, { shape: variance.shape, values });
    mean.dispose();
    variance.dispose();
    return affine(y, scale, shift);
  },
  dropPath(x) {
    if (!mode.training || mode.dropPath.probability === 0) return x;
    const keep = 1 - mode.dropPath.probability;
    const kept = Float32Array.from({ length: x.shape[0] }, () => (mode.dropPath.stream.next() < keep ? 1 / keep : 0));
    return linearMap(
      x,
      (value) => mul(value, tensor4d(kept, [x.shape[0], 1, 1, 1])),
      (dy) => mul(dy, tensor4d(kept, [x.shape[0], 1, 1, 1])),
    );
  },
  auxiliaryPool: (x) => cornerMeans(rectified(x)),
  flatten: (x) =>
    linearMap(
      x,
      (value) => reshape<Rank.R4>(value, [x.shape[0], 1, 1, x.size / x.shape[0]]),
      (dy) => reshape(dy, x.shape),
    ),
});

/** A linear map and its transpose as an operation on the tape. */
const linearMap = (x: Tensor4D, map: (x: Tensor4D) => Tensor4D, back: (dy: Tensor) => Tensor): Tensor4D => {
  const op = customGrad((input) => ({ value: map(input as Tensor4D) as Tensor, gradFunc: back }));
  return op(x) as Tensor4D; // customGrad is typed for any tensor.
};

/** Means of the four 5x5 windows in the corners, as a product with a matrix [4, h*w]: the transpose is its gradient. */
const cornerMeans = (x: Tensor4D): Tensor4D => {
  const [batch, height, width, channels] = x.shape;
  if (height < 5 || width < 5) {
    throw invalidInput(
      "auxiliary",
      `${height}x${width}`,
      "at least 5x5 pixels at 2/3 of the depth",
      "Use larger images, or train without the auxiliary head.",
    );
  }
  const windows = new Float32Array(4 * height * width);
  [0, 1, 2, 3].forEach((corner) => {
    const top = corner < 2 ? 0 : height - 5;
    const left = corner % 2 === 0 ? 0 : width - 5;
    for (let row = top; row < top + 5; row++) {
      for (let column = left; column < left + 5; column++) windows[(corner * height + row) * width + column] = 1 / 25;
    }
  });
  // One matrix an image: the engine's product does not spread one over the batch on every backend.
  const matrices = (): Tensor3D => tensor3d(repeat(windows, batch), [batch, 4, height * width]);
  return linearMap(
    x,
    (value) => {
      const means = matMul(matrices(), reshape<Rank.R3>(value, [batch, height * width, channels]));
      return reshape<Rank.R4>(means, [batch, 2, 2, channels]);
    },
    (dy) => reshape(matMul(matrices(), reshape<Rank.R3>(dy, [batch, 4, channels]), true), x.shape),
  );
};

const repeat = (values: Float32Array, times: number): Float32Array => {
  const all = new Float32Array(values.length * times);
  for (let i = 0; i < times; i++) all.set(values, i * values.length);
  return all;
};

const normByStatistics = (
  name: string,
  x: Tensor4D,
  scale: Tensor1D,
  shift: Tensor1D,
  statistics: Tensors,
  epsilon: number,
): Tensor4D => {
  const mean = statistics.get(`${name}.mean`)?.values;
  const variance = statistics.get(`${name}.variance`)?.values;
  if (mean === undefined || variance === undefined) {
    throw invalidInput(["statistics", name], "missing", "running statistics of every norm", "Train the network first.");
  }
  const shifts = shift.dataSync();
  const factors = Float32Array.from(scale.dataSync(), (value, c) => value / Math.sqrt((variance[c] ?? 0) + epsilon));
  const offsets = factors.map((factor, c) => (shifts[c] ?? 0) - factor * (mean[c] ?? 0));
  return affine(x, tensor1d(factors), tensor1d(offsets));
};
