import { setImmediate } from "node:timers/promises";
import type { Batch } from "@bnas/proto";
import { type Dataset, imageBytes, isStored, type LabelledImages, type StoredImages } from "../divide/dataset.js";
import type { Epoch, Slice } from "../divide/epoch.js";
import { filesAtOnce } from "../read/files-at-once.js";
import { type Augmentation, augment, drawChange } from "./augment.js";

/** The images of an epoch in order, and what happens to them. `mean`: colour of the cutout, one byte a channel. */
export type EpochStream = {
  readonly dataset: Dataset;
  readonly order: Uint32Array;
  readonly epoch: Epoch;
  readonly augmentation: Augmentation;
  readonly mean: readonly number[];
};

/** The batches of these slices, in their order. Of images in files the next batch is decoded while a caller works on the last. */
export async function* makeBatches(stream: EpochStream, cut: readonly Slice[]): AsyncGenerator<Batch> {
  const part = partOf(stream);
  if (!isStored(part)) {
    for (const slice of cut) yield await fromMemory(stream, part, slice);
    return;
  }
  let next: Promise<Batch> | undefined;
  for (const [i, slice] of cut.entries()) {
    const batch = next ?? fromFiles(stream, part, slice);
    const following = cut[i + 1];
    next = following && batch.then(() => fromFiles(stream, part, following));
    // Its error is seen when it is asked for; a stream that is left asks for nothing.
    next?.catch(() => {});
    yield await batch;
  }
}

const partOf = ({ dataset, epoch }: EpochStream) => (epoch.split === "test" ? dataset.test : dataset.train);

/** Bytes of images that are changed before other calls have their turn. */
const BYTES_A_PIECE = 2 ** 20;

/** Every image is written once, straight to its place in the message. */
const fromMemory = async (stream: EpochStream, part: LabelledImages, slice: Slice): Promise<Batch> => {
  const { dataset, order, epoch, augmentation, mean } = stream;
  const size = imageBytes(dataset);
  const aPiece = Math.max(1, Math.floor(BYTES_A_PIECE / size));
  const { pixels, message } = empty(dataset, slice);
  for (let i = slice.from; i < slice.to; i++) {
    const image = order[i] ?? 0;
    const change = drawChange(epoch, i, augmentation, dataset);
    const from = { pixels: part.pixels, at: image * size };
    augment(from, { pixels, at: (i - slice.from) * size }, dataset, change, mean);
    message.labels[i - slice.from] = part.labels[image] ?? 0;
    if ((i - slice.from) % aPiece === aPiece - 1) await setImmediate();
  }
  return message;
};

const fromFiles = async (stream: EpochStream, part: StoredImages, slice: Slice): Promise<Batch> => {
  const { dataset, order, epoch, augmentation, mean } = stream;
  const size = imageBytes(dataset);
  const form = (augmentation.cropArea ?? 0) > 0 ? "roomy" : "framed";
  const { pixels, message } = empty(dataset, slice);
  await filesAtOnce(Array.from(order.subarray(slice.from, slice.to)), async (image, place) => {
    const picture = await part.read(image, form);
    const change = drawChange(epoch, slice.from + place, augmentation, dataset, picture);
    augment(picture, { pixels, at: place * size }, dataset, change, mean, picture.width);
    message.labels[place] = part.labels[image] ?? 0;
  });
  return message;
};

/** A batch whose pixels and labels are still to be written. */
const empty = (
  dataset: Dataset,
  { index, from, to }: Slice,
): { readonly pixels: Uint8Array; readonly message: Batch } => {
  const count = to - from;
  // Written as a plain array like the one read from: loops over two classes of array are half as fast. The message shares it.
  const pixels = new Uint8Array(count * imageBytes(dataset));
  return { pixels, message: { index, count, pixels: Buffer.from(pixels.buffer), labels: new Array<number>(count) } };
};
