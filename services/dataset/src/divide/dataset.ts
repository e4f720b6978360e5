import { invalidInput } from "@bnas/errors";

/** Images of one part. `pixels` is [count, height, width, channels], one byte a value; `labels` one class index an image. */
export type LabelledImages = { readonly pixels: Uint8Array; readonly labels: Uint16Array };

/** A dataset in memory: every reader gives this. `channels` is 1 or 3. */
export type Dataset = {
  readonly classes: readonly string[];
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly train: LabelledImages;
  readonly test: LabelledImages;
};

/** Height, width and channels of an image. */
export type ImageShape = Pick<Dataset, "height" | "width" | "channels">;

/** Bytes of one image. */
export const imageBytes = (shape: ImageShape): number => shape.height * shape.width * shape.channels;

/** Bytes that a dataset holds in memory. */
export const datasetBytes = ({ train, test }: Dataset): number =>
  train.pixels.byteLength + train.labels.byteLength + test.pixels.byteLength + test.labels.byteLength;

/** How many images each class has. */
export const countByClass = (labels: ArrayLike<number>, classes: number): number[] => {
  const counts = new Array<number>(classes).fill(0);
  for (let image = 0; image < labels.length; image++) {
    const label = labels[image] ?? 0;
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts;
};

/**
 * The dataset, if something can be learned from it: two classes or more, images of every class to train on, images to test on.
 * @throws InvalidInput on `dataset`
 */
export const learnable = (uri: string, dataset: Dataset): Dataset => {
  const { classes, train, test } = dataset;
  if (train.labels.length === 0 || test.labels.length === 0) {
    const part = train.labels.length === 0 ? "training" : "test";
    throw invalidInput("dataset", uri, "a dataset with images", `It has no ${part} images; add some.`);
  }
  if (classes.length < 2) {
    throw invalidInput(
      "dataset",
      uri,
      "a dataset of 2 classes or more",
      `Only the class ${JSON.stringify(classes[0] ?? "")} was found; there is nothing to distinguish. Add images of another class.`,
    );
  }
  const absent = countByClass(train.labels, classes.length).indexOf(0);
  if (absent >= 0) {
    throw invalidInput(
      "dataset",
      uri,
      "a dataset with training images of every class",
      `Class ${absent} (${classes[absent]}) of ${classes.length} has none; add some, or count the labels from 0 without gaps.`,
    );
  }
  return dataset;
};
