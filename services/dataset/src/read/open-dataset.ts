import { type Dataset, type DatasetInMemory, learnable } from "../divide/dataset.js";
import type { DataFiles } from "../files/data-files.js";
import { readCifar } from "./cifar.js";
import { openFolder } from "./folder.js";
import { readIdx } from "./idx.js";
import { withinBudget } from "./memory-budget.js";
import type { PictureReader } from "./picture-reader.js";
import { resized } from "./resize.js";
import { drawShapes } from "./shapes.js";
import { type DatasetUri, parseUri } from "./uri.js";

/**
 * What is opened. `imageSize` 0 keeps the dataset's own size. `limit` and `seed` matter to folders alone, which look at no
 * more images than are used; everything else is read whole.
 */
export type Opening = {
  readonly uri: string;
  readonly imageSize: number;
  readonly limit: number;
  readonly seed: number;
};

/** Two openings with one key give the same dataset. */
export const openingKey = ({ uri, imageSize, limit, seed }: Opening): string => {
  const partial = limit > 0 && parseUri(uri).scheme === "folder";
  return JSON.stringify(partial ? [uri, imageSize, limit, seed] : [uri, imageSize]);
};

/**
 * Opens a dataset: a folder is listed, everything else is read whole.
 * @param budget the most bytes that it may take in memory
 * @param reader of the pictures of folders
 * @throws InvalidInput
 */
export const openDataset = async (
  opening: Opening,
  budget: number,
  reader: PictureReader,
  signal?: AbortSignal,
): Promise<Dataset> => {
  const uri = parseUri(opening.uri);
  if (uri.scheme === "folder") {
    const { imageSize: side, limit, seed } = opening;
    return learnable(uri.uri, await openFolder(uri, { side, limit, seed, budget, reader }));
  }
  const dataset = learnable(uri.uri, await readWholeDataset(uri, opening, { files: reader.files, budget, signal }));
  if (opening.imageSize === 0) return dataset;
  const images = dataset.train.labels.length + dataset.test.labels.length;
  withinBudget(uri.uri, images * opening.imageSize ** 2 * dataset.channels, budget);
  return resized(dataset, opening.imageSize);
};

const readWholeDataset = (
  uri: Exclude<DatasetUri, { scheme: "folder" }>,
  { imageSize }: Opening,
  reading: { readonly files: DataFiles; readonly budget: number; readonly signal: AbortSignal | undefined },
): Promise<DatasetInMemory> => {
  switch (uri.scheme) {
    case "cifar10":
    case "cifar100":
      return readCifar(uri, reading);
    case "idx":
      return readIdx(uri, reading);
    case "shapes":
      return drawShapes(
        uri.uri,
        uri.options,
        imageSize === 0 ? uri.options.size : imageSize,
        reading.budget,
        reading.signal,
      );
  }
};
