import {
  type Augmentation,
  type Batch,
  type DatasetServiceClient,
  type DescribeDatasetResponse,
  Split,
  type SplitPlan,
} from "@bnas/proto";
import type { Spec } from "@bnas/search";
import { inSpec } from "./dataset-fields.js";

/** How the images of a search are divided. */
const splitPlan = (spec: Spec): SplitPlan => ({
  uri: spec.dataset,
  seed: spec.seed,
  limit: spec.data.limit,
  reductionImages: spec.data.reductionImages,
  imageSize: spec.data.imageSize,
  disjointReduction: spec.conventions.reductionImages === "disjoint",
  digest: spec.data.digest ?? "",
});

/** How training images are changed. A field that an old spec lacks is turned off. */
const augmentationOf = (said: Spec["data"] | Spec["train"]): Augmentation => {
  const { cropPadding, flip, cutout, cropArea = 0, jitter = 0, hue = 0 } = said;
  return { cropPadding, flip, cutout, policy: "policy" in said ? said.policy : "", cropArea, jitter, hue };
};

/** What the network sees: `[height, width, channels]` pixels, `classes` labels, and how pixels are normalized. */
export type DataDescription = {
  readonly input: {
    readonly height: number;
    readonly width: number;
    readonly channels: number;
    readonly classes: number;
  };
  readonly normalization: { readonly mean: readonly number[]; readonly std: readonly number[] };
  readonly description: DescribeDatasetResponse;
};

/** What the dataset of a spec is. @throws InvalidInput on the field of the spec that the dataset service does not take */
export const describeData = async (client: DatasetServiceClient, spec: Spec): Promise<DataDescription> => {
  const description = await client.describeDataset({ plan: splitPlan(spec) }).catch((error: unknown) => {
    throw inSpec(error);
  });
  const { height, width, channels, classes, mean, std } = description;
  return {
    input: { height, width, channels, classes: classes.length },
    normalization: { mean, std },
    description,
  };
};

/**
 * The batches of one epoch for training: shuffled by (seed, epoch), augmented as the spec says, the smaller last one dropped.
 * `split` is the weight or the strength split.
 */
export const trainingBatches = (
  client: DatasetServiceClient,
  spec: Spec,
  options: { readonly split: Split; readonly epoch: number; readonly batch: number; readonly signal?: AbortSignal },
): AsyncIterable<Batch> =>
  asOfSpec(
    client.streamBatches(
      {
        plan: splitPlan(spec),
        split: options.split,
        epoch: options.epoch,
        batch: options.batch,
        shard: 0,
        shards: 1,
        shuffle: true,
        keepLast: false,
        augmentation: augmentationOf(spec.data),
      },
      options.signal === undefined ? {} : { signal: options.signal },
    ),
  );

/** The batches of an epoch of a derived network: of all training images, augmented as `spec.train` says. @param options.epoch from 0 */
export const modelBatches = (
  client: DatasetServiceClient,
  spec: Spec,
  options: { readonly epoch: number; readonly signal?: AbortSignal },
): AsyncIterable<Batch> => {
  const { batch } = spec.train;
  return asOfSpec(
    client.streamBatches(
      {
        plan: splitPlan(spec),
        split: Split.SPLIT_TRAIN,
        epoch: options.epoch,
        batch,
        shard: 0,
        shards: 1,
        shuffle: true,
        keepLast: false,
        augmentation: augmentationOf(spec.train),
      },
      options.signal === undefined ? {} : { signal: options.signal },
    ),
    "train",
  );
};

/**
 * All images of a split as they are, for evaluation. Networks are evaluated with the statistics of the batch, so the images are
 * mixed and divided evenly: no batch of one class, no small last batch with statistics of its own.
 */
export const evaluationBatches = (
  client: DatasetServiceClient,
  spec: Spec,
  options: {
    readonly split: Split;
    readonly images: number;
    /** Images of a batch at most; that of the samples when it is left out. */
    readonly batch?: number;
    readonly signal?: AbortSignal;
  },
): AsyncIterable<Batch> => {
  const batches = Math.ceil(options.images / (options.batch ?? spec.reduction.batch));
  return asOfSpec(
    client.streamBatches(
      {
        plan: splitPlan(spec),
        split: options.split,
        epoch: 0,
        batch: Math.ceil(options.images / batches),
        shard: 0,
        shards: 1,
        shuffle: true,
        keepLast: true,
      },
      options.signal === undefined ? {} : { signal: options.signal },
    ),
  );
};

/** Batches of a request that was made of a spec: what is wrong with it is wrong with the spec. */
async function* asOfSpec(batches: AsyncIterable<Batch>, of: "data" | "train" = "data"): AsyncIterable<Batch> {
  try {
    yield* batches;
  } catch (error) {
    throw inSpec(error, of);
  }
}
