import { setImmediate } from "node:timers/promises";
import { invalidInput, nearest } from "@bnas/errors";
import {
  Augmentation,
  type Batch,
  type DatasetServiceImplementation,
  Split,
  type SplitPlan,
  type StreamBatchesRequest,
} from "@bnas/proto";
import { inDatasetRequest } from "@bnas/rpc";
import { type ImageShape, imageBytes } from "./divide/dataset.js";
import { epochOrder, type Slice, slices } from "./divide/epoch.js";
import type { SplitName } from "./divide/split.js";
import { fits } from "./stream/augment.js";
import { type EpochStream, makeBatches } from "./stream/batches.js";
import type { OpenedDatasets } from "./stream/opened-datasets.js";

const SPLIT_NAMES: ReadonlyMap<Split, SplitName> = new Map([
  [Split.SPLIT_WEIGHT, "weight"],
  [Split.SPLIT_STRENGTH, "strength"],
  [Split.SPLIT_REDUCTION, "reduction"],
  [Split.SPLIT_TRAIN, "train"],
  [Split.SPLIT_TEST, "test"],
]);

/** What a digest may cover; "" is the first. */
const DIGESTS = ["pixels", "files"] as const;

/** Bytes of a batch message beside its pixels: tags, lengths, and up to three bytes a label. */
const OVERHEAD = 64;
const BYTES_A_LABEL = 3;

/**
 * DatasetService (proto/bnas/v1/dataset.proto). A batch is made when the stream asks for it: a slow reader makes no queue.
 * @param maxMessageBytes the largest message that clients take
 */
export const datasetRpc = (opened: OpenedDatasets, maxMessageBytes: number): DatasetServiceImplementation => {
  return {
    async describeDataset({ plan }, { signal }) {
      const { dataset, splits, statistics, digest } = await inRequest(() => opened.plan(checkPlan(plan), signal));
      const { classes, height, width, channels } = dataset;
      const { mean, std } = await inRequest(() => statistics.join(signal));
      return {
        classes: [...classes],
        height,
        width,
        channels,
        mean: [...mean],
        std: [...std],
        weightImages: splits.weight.length,
        strengthImages: splits.strength.length,
        reductionImages: splits.reduction.length,
        trainImages: splits.train.length,
        testImages: splits.test.length,
        digest: await inRequest(() => digest.join(signal)),
      };
    },

    async *streamBatches(request, { signal }) {
      const { stream, cut } = await inRequest(() => prepare(opened, request, { maxMessageBytes, signal }));
      for await (const batch of inRequestEach(makeBatches(stream, cut))) {
        yield batch;
        await setImmediate();
      }
    },
  };
};

/** What a request streams, all of it checked. @throws InvalidInput */
const prepare = async (
  opened: OpenedDatasets,
  request: StreamBatchesRequest,
  { maxMessageBytes, signal }: { readonly maxMessageBytes: number; readonly signal: AbortSignal },
): Promise<{ readonly stream: EpochStream; readonly cut: readonly Slice[] }> => {
  const plan = checkPlan(request.plan);
  const split = splitName(request);
  const { dataset, splits, statistics } = await opened.plan(plan, signal);
  const images = splits[split];
  const { batch, shard, keepLast } = request;
  const cut = slices(images.length, { batch, shard, shards: Math.max(1, request.shards), keepLast });
  messageFits(Math.min(batch, images.length), dataset, maxMessageBytes);
  const augmentation = request.augmentation ?? Augmentation.create();
  fits(augmentation, dataset);
  const mean =
    augmentation.cutout > 0 ? (await statistics.join(signal)).mean.map((value) => Math.round(value * 255)) : [];
  const epoch = { seed: plan.seed, split, epoch: request.epoch };
  const order = request.shuffle ? epochOrder(images, epoch) : images;
  return { stream: { dataset, order, epoch, augmentation, mean }, cut };
};

/** Whatever is wrong with a request is called as the request calls it. */
const inRequest = async <T>(act: () => Promise<T>): Promise<T> => {
  try {
    return await act();
  } catch (error) {
    throw inDatasetRequest(error);
  }
};

/** Also what is found while images are read. */
async function* inRequestEach(batches: AsyncIterable<Batch>): AsyncGenerator<Batch> {
  try {
    yield* batches;
  } catch (error) {
    throw inDatasetRequest(error);
  }
}

const checkPlan = (plan: SplitPlan | undefined): SplitPlan => {
  if (plan === undefined) {
    throw invalidInput("plan", "", "a split plan", "Name a dataset in plan.uri, for example shapes:.");
  }
  const { imageSize, digest } = plan;
  if (digest !== "" && !DIGESTS.some((known) => known === digest)) {
    throw invalidInput(["data", "digest"], digest, DIGESTS.join(", "), `Did you mean ${nearest(digest, DIGESTS)}?`);
  }
  if (imageSize !== 0 && (imageSize < 8 || imageSize > 512)) {
    const hint = "Write 0 to keep the dataset's own size.";
    throw invalidInput(["data", "imageSize"], imageSize, "0, or a whole number from 8 to 512", hint);
  }
  return plan;
};

const splitName = ({ split }: StreamBatchesRequest): SplitName => {
  const name = SPLIT_NAMES.get(split);
  if (name !== undefined) return name;
  throw invalidInput("split", split, [...SPLIT_NAMES.values()].join(", "), "Say which split to stream.");
};

const messageFits = (images: number, shape: ImageShape, maxMessageBytes: number): void => {
  const each = imageBytes(shape) + BYTES_A_LABEL;
  if (images * each + OVERHEAD <= maxMessageBytes) return;
  const most = Math.max(0, Math.floor((maxMessageBytes - OVERHEAD) / each));
  throw invalidInput(
    "batch",
    images,
    `a whole number up to ${most} for images of ${shape.width}x${shape.height}x${shape.channels}`,
    `A message holds ${maxMessageBytes} bytes; take a smaller batch or data.imageSize, or raise the limit of messages.`,
  );
};
