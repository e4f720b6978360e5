import { describeData } from "@bnas/mesh";
import type { DatasetServiceClient } from "@bnas/proto";
import { InvalidInput, type Spec } from "@bnas/search";

/**
 * Whether the dataset can carry the search: it opens, and every batch fits in its split. Throws InvalidInput that names
 * the field. Asked before anything is written, so that a search never starts on data that would end it.
 */
export const checkData = async (dataset: DatasetServiceClient, spec: Spec): Promise<void> => {
  // A search by chance trains nothing.
  const { description } = await describeData(dataset, spec);
  if (spec.strategy === "random") return;
  const least = Math.min(description.weightImages, description.strengthImages);
  fits("spec.warmup.batch", spec.warmup.batch, least);
  if (spec.strategy === "bnas") fits("spec.reduction.batch", spec.reduction.batch, least);
};

const fits = (field: string, batch: number, images: number): void => {
  if (batch <= images) return;
  throw new InvalidInput(
    field,
    batch,
    `a whole number from 1 to ${images}, the images of the smaller training half`,
    "lower the batch, or raise data.limit so that the halves are larger",
  );
};
