import { invalidInput } from "@bnas/errors";
import type { InputShape } from "../paper/stack.js";

/** Images with their classes. */
export type Batch = {
  readonly count: number;
  /** [count, height, width, channels], row-major. */
  readonly pixels: Uint8Array;
  readonly labels: ArrayLike<number>;
};

/** Mean and standard deviation of every channel, of pixels scaled to [0, 1]. */
export type Normalization = { readonly mean: readonly number[]; readonly std: readonly number[] };

/**
 * (pixel / 255 - mean) / std, [count, height, width, channels].
 * @throws InvalidInput when sizes or labels do not fit the input
 */
export const normalizeImages = (batch: Batch, input: InputShape, normalization: Normalization): Float32Array => {
  requireFit(batch, input);
  const { channels } = input;
  const table = normalizationTable(normalization, channels);
  const { pixels } = batch;
  const images = new Float32Array(pixels.length);
  for (let i = 0, channel = 0; i < pixels.length; i++) {
    images[i] = table[channel * 256 + (pixels[i] ?? 0)] ?? 0;
    channel = channel + 1 === channels ? 0 : channel + 1;
  }
  return images;
};

/** What each of the 256 values of a pixel becomes, a channel after another. */
const normalizationTable = ({ mean, std }: Normalization, channels: number): Float32Array => {
  if (mean.length !== channels || std.length !== channels || !std.every((value) => value > 0)) {
    throw invalidInput(
      "normalization",
      { mean, std },
      `a mean and a positive standard deviation for each of ${channels} channels`,
      "Take those that the dataset service describes.",
    );
  }
  return Float32Array.from({ length: 256 * channels }, (_, i) => {
    const channel = Math.floor(i / 256);
    return ((i % 256) / 255 - (mean[channel] ?? 0)) / (std[channel] ?? 1);
  });
};

const requireFit = ({ count, pixels, labels }: Batch, { height, width, channels, classes }: InputShape): void => {
  const size = count * height * width * channels;
  if (count < 1 || pixels.length !== size || labels.length !== count) {
    throw invalidInput(
      "batch",
      { count, pixels: pixels.length, labels: labels.length },
      `at least one image, ${height * width * channels} pixels (${height}x${width}x${channels}) and one label each`,
      "The dataset service and the job disagree on the images: check data.imageSize and the dataset's URI.",
    );
  }
  for (let i = 0; i < count; i++) {
    const label = labels[i] ?? -1;
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    throw invalidInput(["batch", "labels", i], label, `a whole number from 0 to ${classes - 1}`, "Check the dataset.");
  }
};
