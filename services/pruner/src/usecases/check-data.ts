import { invalidInput } from "@bnas/errors";
import type { DatasetServiceClient, DescribeDatasetResponse } from "@bnas/proto";
import { describeData } from "@bnas/rpc";
import { type Spec, sideMultiple, traitsOf } from "@bnas/search";

/**
 * Whether the dataset can carry the search: it opens, its images suit the network and the changes made to them, and every batch
 * fits in its split. Asked before anything is written, so that a search never starts on data that would end it.
 * @returns what the dataset is
 * @throws InvalidInput that names the field
 */
export const checkData = async (dataset: DatasetServiceClient, spec: Spec): Promise<DescribeDatasetResponse> => {
  const { input, description } = await describeData(dataset, spec);
  carries(spec, input, description);
  return description;
};

const carries = (spec: Spec, input: Sides, description: DescribeDatasetResponse): void => {
  // A genotype that is drawn or given takes no training.
  const { trains } = traitsOf(spec.strategy);
  const builds = trains !== "nothing" || spec.train.seeds > 0;
  if (builds) sidesSuit(spec, input);
  if (spec.train.seeds > 0) modelsSuit(spec, input, description.trainImages);
  if (trains === "nothing") return;
  imagesSuit(spec, input);
  const least = Math.min(description.weightImages, description.strengthImages);
  fits("spec.warmup.batch", spec.warmup.batch, least);
  if (trains !== "warm-up") fits("spec.reduction.batch", spec.reduction.batch, least);
};

const sidesSuit = ({ network, data }: Spec, { height, width }: Sides): void => {
  const multiple = sideMultiple(network);
  if (height % multiple === 0 && width % multiple === 0) return;
  throw invalidInput(
    "spec.data.imageSize",
    data.imageSize,
    `a multiple of ${multiple} with spec.network.stem ${network.stem}, for images of this dataset`,
    `The images are ${width}x${height} pixels, and every reduction halves them; try ${multiple * Math.ceil(Math.max(height, width) / multiple)}.`,
  );
};

type Sides = { readonly height: number; readonly width: number };

const imagesSuit = ({ data }: Spec, { height, width }: Sides): void => {
  const are = `The images are ${width}x${height} pixels`;
  const side = Math.min(height, width);
  if (data.cropPadding >= side) {
    throw invalidInput("spec.data.cropPadding", data.cropPadding, `less than ${side}`, `${are}.`);
  }
  if (data.cutout > side) throw invalidInput("spec.data.cutout", data.cutout, `${side} or less`, `${are}.`);
};

/** What the networks that are trained from the genotype need. */
const modelsSuit = ({ train, network }: Spec, { height, width }: Sides, images: number): void => {
  const are = `The images are ${width}x${height} pixels`;
  const side = Math.min(height, width);
  if (train.cropPadding >= side) {
    throw invalidInput("spec.train.cropPadding", train.cropPadding, `less than ${side}`, `${are}.`);
  }
  if (train.cutout > side) throw invalidInput("spec.train.cutout", train.cutout, `${side} or less`, `${are}.`);
  // The head reads the second reduction cell.
  const least = AUXILIARY_PIXELS * sideMultiple(network);
  if (train.auxiliary > 0 && side < least) {
    const hint = `${are}, and the head needs ${AUXILIARY_PIXELS} of them a side at 2/3 of the depth: set train.auxiliary to 0, or data.imageSize to ${least} or more.`;
    throw invalidInput("spec.train.auxiliary", train.auxiliary, `0 for images smaller than ${least} pixels`, hint);
  }
  if (train.batch > images) {
    const hint = "Lower the batch, or raise data.limit.";
    throw invalidInput(
      "spec.train.batch",
      train.batch,
      `a whole number from 1 to ${images}, the training images`,
      hint,
    );
  }
};

/** A side of the windows of the auxiliary head. */
const AUXILIARY_PIXELS = 5;

const fits = (field: string, batch: number, images: number): void => {
  if (batch <= images) return;
  throw invalidInput(
    field,
    batch,
    `a whole number from 1 to ${images}, the images of the smaller training half`,
    "lower the batch, or raise data.limit so that the halves are larger",
  );
};
