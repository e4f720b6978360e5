import { invalidInput } from "@bnas/errors";

/** Images of one part in memory. `pixels` is [count, height, width, channels], one byte a value; `labels` one class index an image. */
export type LabelledImages = { readonly pixels: Uint8Array; readonly labels: Uint16Array };

/** Pixels of one image: [height, width, channels] from `at` on, one byte a value. */
export type Picture = {
  readonly pixels: Uint8Array;
  readonly at: number;
  readonly height: number;
  readonly width: number;
};

/**
 * What of an image is read. `framed`: in the height and width of the dataset. `roomy`: larger by a seventh, and not cut to its middle, for
 * crops of any area of it.
 */
export type Form = "framed" | "roomy";

/** Images of one part that lie in files, one an image, and are decoded when they are asked for. */
export type StoredImages = {
  readonly labels: Uint16Array;
  /** Bytes in memory for what is known of the files, without their pixels. */
  readonly held: number;
  /** Rejects with InvalidInput on `dataset`, by name, for a file that is damaged or has changed since it was first read. */
  readonly read: (image: number, form: Form) => Promise<Picture>;
  /** SHA-256 of the file, in hex, after its beginning was found to be that of a picture. Rejects as `read` does. */
  readonly fileDigest: (image: number) => Promise<string>;
};

/** The training or the test images of a dataset. */
export type DatasetPart = LabelledImages | StoredImages;

/** Whether the images of a part lie in files. */
export const isStored = (part: DatasetPart): part is StoredImages => "read" in part;

/** A dataset that is open: every reader gives this. `channels` is 1 or 3. */
export type Dataset = {
  readonly classes: readonly string[];
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly train: DatasetPart;
  readonly test: DatasetPart;
};

/** A dataset in memory. */
export type DatasetInMemory = Dataset & { readonly train: LabelledImages; readonly test: LabelledImages };

/** Height, width and channels of an image. */
export type ImageShape = Pick<Dataset, "height" | "width" | "channels">;

/** Bytes of one image. */
export const imageBytes = (shape: ImageShape): number => shape.height * shape.width * shape.channels;

/** Bytes that a dataset holds in memory for as long as it is open. */
export const datasetBytes = ({ train, test }: Dataset): number => partBytes(train) + partBytes(test);

const partBytes = (part: DatasetPart): number =>
  part.labels.byteLength + (isStored(part) ? part.held : part.pixels.byteLength);

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
export const learnable = <D extends Dataset>(uri: string, dataset: D): D => {
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
