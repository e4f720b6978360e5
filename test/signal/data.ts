import type { Batch } from "@bnas/network";
import { type DatasetServiceClient, Split } from "@bnas/proto";
import { type DataDescription, evaluationBatches, trainingBatches } from "@bnas/rpc";
import type { Spec } from "@bnas/search";

/** Images that are read once and evaluated or trained on many times. */
export type Data = {
  /** The reduction images in chunks of about 400, as a search batches them. */
  readonly reduction: readonly (readonly Batch[])[];
  readonly fresh: readonly Batch[];
  /** The weight images in an order, as an epoch of this number has them. */
  order(epoch: number): Promise<readonly Batch[]>;
};

const CHUNK = 400;

export const readData = async (
  client: DatasetServiceClient,
  spec: Spec,
  { description }: DataDescription,
  fresh: number,
): Promise<Data> => {
  const images = (split: Split, count: number) => evaluationBatches(client, spec, { split, images: count });
  const reduction = await collect(
    images(Split.SPLIT_REDUCTION, description.reductionImages),
    description.reductionImages,
  );
  return {
    reduction: chunks(reduction),
    fresh: await collect(images(Split.SPLIT_TEST, description.testImages), fresh),
    order: (epoch) =>
      collect(
        trainingBatches(client, spec, { split: Split.SPLIT_WEIGHT, epoch, batch: spec.reduction.batch }),
        Number.POSITIVE_INFINITY,
      ),
  };
};

/** Whole batches until there are so many images. */
const collect = async (batches: AsyncIterable<Batch>, images: number): Promise<readonly Batch[]> => {
  const collected: Batch[] = [];
  let count = 0;
  for await (const batch of batches) {
    collected.push(batch);
    count += batch.count;
    if (count >= images) break;
  }
  return collected;
};

const chunks = (batches: readonly Batch[]): readonly (readonly Batch[])[] => {
  const cut: Batch[][] = [];
  let count = CHUNK;
  for (const batch of batches) {
    if (count >= CHUNK) {
      cut.push([]);
      count = 0;
    }
    cut.at(-1)?.push(batch);
    count += batch.count;
  }
  return cut;
};

/** Batches that are there, as a stream. */
export async function* streamOf(batches: readonly Batch[]): AsyncGenerator<Batch> {
  yield* batches;
}
