import { invalidInput } from "@bnas/errors";
import { stream } from "@bnas/search";
import type { SplitName } from "./split.js";

/** Which epoch of which split: with the seed, all that its order depends on. */
export type Epoch = { readonly seed: number; readonly split: SplitName; readonly epoch: number };

/** How an epoch is cut. `keepLast`: the last batch is given although it is smaller; otherwise it is dropped. */
export type Cut = {
  readonly batch: number;
  readonly shard: number;
  readonly shards: number;
  readonly keepLast: boolean;
};

/** Places `from` to `to` (exclusive) of the epoch's order are batch number `index`. */
export type Slice = { readonly index: number; readonly from: number; readonly to: number };

/** The images of a split in the order of an epoch: a permutation, the same wherever it is asked for. */
export const epochOrder = (images: Uint32Array, { seed, split, epoch }: Epoch): Uint32Array =>
  Uint32Array.from(stream(seed, "dataset", "order", split, epoch).shuffle(Array.from(images)));

/**
 * The batches that a shard gives: every `shards`-th, beginning with number `shard`. All shards together give each batch once.
 * @param images in the split
 * @throws InvalidInput on `batch` if no batch is full and smaller ones are dropped, on `shard`
 */
export const slices = (images: number, { batch, shard, shards, keepLast }: Cut): Slice[] => {
  if (batch < 1) throw invalidInput("batch", batch, "a whole number from 1", "Say how many images a batch holds.");
  if (shard >= shards) {
    throw invalidInput(
      "shard",
      shard,
      `a whole number from 0 to ${shards - 1} for ${shards} shards`,
      "Count shards from 0.",
    );
  }
  if (images === 0 || (batch > images && !keepLast)) {
    throw invalidInput(
      "batch",
      batch,
      images === 0 ? "a split with images" : `a whole number up to ${images}, the images of the split`,
      images === 0
        ? "This split is empty; set data.reductionImages."
        : "Take a smaller batch or more images (data.limit, data.reductionImages).",
    );
  }
  const batches = keepLast ? Math.ceil(images / batch) : Math.floor(images / batch);
  const given: Slice[] = [];
  for (let index = shard; index < batches; index += shards) {
    given.push({ index, from: index * batch, to: Math.min((index + 1) * batch, images) });
  }
  return given;
};
