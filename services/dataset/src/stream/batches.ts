import type { Batch } from "@bnas/proto";
import { type Dataset, imageBytes } from "../divide/dataset.js";
import type { Epoch, Slice } from "../divide/epoch.js";
import { type Augmentation, augment, drawChange } from "./augment.js";

/** The images of an epoch in order, and what happens to them. `mean`: colour of the cutout, one byte a channel. */
export type EpochStream = {
  readonly dataset: Dataset;
  readonly order: Uint32Array;
  readonly epoch: Epoch;
  readonly augmentation: Augmentation;
  readonly mean: readonly number[];
};

/** One batch: every image is written once, straight to its place in the message. */
export const makeBatch = (
  { dataset, order, epoch, augmentation, mean }: EpochStream,
  { index, from, to }: Slice,
): Batch => {
  const part = epoch.split === "test" ? dataset.test : dataset.train;
  const size = imageBytes(dataset);
  const count = to - from;
  // Written as a plain array like the one read from: loops over two classes of array are half as fast. The message shares it.
  const pixels = new Uint8Array(count * size);
  const labels = new Array<number>(count);
  for (let i = from; i < to; i++) {
    const image = order[i] ?? 0;
    const change = drawChange(epoch, i, augmentation, dataset);
    augment({ pixels: part.pixels, at: image * size }, { pixels, at: (i - from) * size }, dataset, change, mean);
    labels[i - from] = part.labels[image] ?? 0;
  }
  return { index, count, pixels: Buffer.from(pixels.buffer), labels };
};
