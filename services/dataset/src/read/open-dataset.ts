import { type Dataset, learnable } from "../divide/dataset.js";
import { readCifar } from "./cifar.js";
import { readFolder } from "./folder.js";
import { readIdx } from "./idx.js";
import { withinBudget } from "./memory-budget.js";
import { resized } from "./resize.js";
import { drawShapes } from "./shapes.js";
import { type DatasetUri, parseUri } from "./uri.js";

/**
 * What is opened. `imageSize` 0 keeps the dataset's own size. `limit` and `seed` matter to folders alone, which decode no
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

/** Opens a dataset, whole, in memory. @param budget the most bytes it may take @throws InvalidInput */
export const openDataset = async (opening: Opening, budget: number): Promise<Dataset> => {
  const uri = parseUri(opening.uri);
  const dataset = await read(uri, opening, budget);
  if (opening.imageSize === 0) return learnable(uri.uri, dataset);
  const images = dataset.train.labels.length + dataset.test.labels.length;
  withinBudget(uri.uri, images * opening.imageSize ** 2 * dataset.channels, budget);
  return resized(learnable(uri.uri, dataset), opening.imageSize);
};

const read = (uri: DatasetUri, { imageSize, limit, seed }: Opening, budget: number): Promise<Dataset> => {
  switch (uri.scheme) {
    case "cifar10":
    case "cifar100":
      return readCifar(uri, budget);
    case "idx":
      return readIdx(uri, budget);
    case "folder":
      return readFolder(uri, { side: imageSize, limit, seed, budget });
    case "shapes":
      return drawShapes(uri.uri, uri.options, imageSize === 0 ? uri.options.size : imageSize, budget);
  }
};
