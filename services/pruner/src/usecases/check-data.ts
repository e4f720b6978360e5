import { invalidInput } from "@bnas/errors";
import type { DatasetServiceClient } from "@bnas/proto";
import { describeData } from "@bnas/rpc";
import { type Spec, sideMultiple, traitsOf } from "@bnas/search";

/**
 * Whether the dataset can carry the search: it opens, its images suit the network and the changes made to them, and every batch
 * fits in its split. Asked before anything is written, so that a search never starts on data that would end it.
 * @throws InvalidInput that names the field
 */
export const checkData = async (dataset: DatasetServiceClient, spec: Spec): Promise<void> => {
  const { input, description } = await describeData(dataset, spec);
  // A search by chance trains nothing.
  const { trains } = traitsOf(spec.strategy);
  if (trains === "nothing") return;
  imagesSuit(spec, input);
  const least = Math.min(description.weightImages, description.strengthImages);
  fits("spec.warmup.batch", spec.warmup.batch, least);
  if (trains !== "warm-up") fits("spec.reduction.batch", spec.reduction.batch, least);
};

const imagesSuit = ({ network, data }: Spec, { height, width }: { height: number; width: number }): void => {
  const are = `The images are ${width}x${height} pixels`;
  const multiple = sideMultiple(network);
  if (height % multiple !== 0 || width % multiple !== 0) {
    throw invalidInput(
      "spec.data.imageSize",
      data.imageSize,
      `a multiple of ${multiple} with spec.network.stem ${network.stem}, for images of this dataset`,
      `${are}, and every reduction halves them; try ${multiple * Math.ceil(Math.max(height, width) / multiple)}.`,
    );
  }
  const side = Math.min(height, width);
  if (data.cropPadding >= side) {
    throw invalidInput("spec.data.cropPadding", data.cropPadding, `less than ${side}`, `${are}.`);
  }
  if (data.cutout > side) throw invalidInput("spec.data.cutout", data.cutout, `${side} or less`, `${are}.`);
};

const fits = (field: string, batch: number, images: number): void => {
  if (batch <= images) return;
  throw invalidInput(
    field,
    batch,
    `a whole number from 1 to ${images}, the images of the smaller training half`,
    "lower the batch, or raise data.limit so that the halves are larger",
  );
};
