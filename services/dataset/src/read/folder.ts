import { invalidInput } from "@bnas/errors";
import type { Dataset } from "../divide/dataset.js";
import { limitTraining } from "../divide/split.js";
import { type ImageHeader, readHeader } from "./decode-image.js";
import { existing } from "./existing-path.js";
import { filesAtOnce } from "./files-at-once.js";
import { fileOf, type Listing, listFolder, pick } from "./folder-listing.js";
import type { Frame, PictureReader } from "./picture-reader.js";
import { readRaw } from "./read-whole.js";
import type { FileUri } from "./uri.js";

/** `side`: of the square images, 0 keeps their own size if it is the same for all. `limit` and `seed` as in SplitPlan. */
export type FolderOptions = {
  readonly side: number;
  readonly limit: number;
  readonly seed: number;
  readonly budget: number;
  readonly reader: PictureReader;
};

/** The header of nearly every picture is in so many bytes; of the others the whole file is read. */
const BEGINNING = 64 * 2 ** 10;

/**
 * Opens a folder with a folder for each class (folder-listing.ts says how). Its files are listed, and no more: pictures are decoded when
 * they are asked for. Only where no side is given are the headers read, of those training images that `limit` keeps and of all test images.
 * @throws InvalidInput on `dataset` or `data.imageSize`
 */
export const openFolder = async ({ uri, path }: FileUri, options: FolderOptions): Promise<Dataset> => {
  if (!(await existing(uri, path)).isDirectory()) {
    throw invalidInput("dataset", uri, "a folder with a folder for each class", `${path} is a file.`);
  }
  const listed = await listFolder(uri, path);
  const { classes, labels } = listed.train;
  const train = pick(listed.train, limitTraining(labels, classes.length, options));
  const { test } = listed;
  const frame =
    options.side === 0
      ? await commonSize(uri, [train, test], options.budget)
      : { width: options.side, height: options.side };
  const images = (listing: Listing) => options.reader.images(uri, listing, frame);
  return { classes, ...frame, channels: 3, train: images(train), test: images(test) };
};

/** @throws InvalidInput on `data.imageSize` if two images differ in size */
const commonSize = async (uri: string, listings: readonly Listing[], budget: number): Promise<Frame> => {
  let first: { readonly file: string; readonly size: Frame } | undefined;
  for (const listing of listings) {
    const sizes = await filesAtOnce(listing.names, (_, image) => headerOf(uri, fileOf(listing, image), budget));
    for (const [image, { width, height }] of sizes.entries()) {
      first ??= { file: fileOf(listing, image), size: { width, height } };
      if (width === first.size.width && height === first.size.height) continue;
      const show = (file: string, size: Frame) => `${file} is ${size.width}x${size.height}`;
      throw invalidInput(
        "data.imageSize",
        0,
        "the side of the square images in pixels, as the images differ in size",
        `${show(first.file, first.size)}, ${show(fileOf(listing, image), { width, height })}. Set it, for example to 64.`,
      );
    }
  }
  return first?.size ?? { width: 0, height: 0 };
};

const headerOf = async (uri: string, file: string, budget: number): Promise<ImageHeader> => {
  const bytes = await readRaw({ uri, file, budget }, BEGINNING);
  try {
    return await readHeader({ uri, file, bytes });
  } catch (error) {
    if (bytes.length < BEGINNING) throw error;
    return await readHeader({ uri, file, bytes: await readRaw({ uri, file, budget }) });
  }
};
