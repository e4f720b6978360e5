import { type InvalidInput, invalidInput } from "@bnas/errors";
import type { Dataset } from "../divide/dataset.js";
import { limitTraining } from "../divide/split.js";
import { shown } from "../files/shown.js";
import { type ImageHeader, readImageHeader } from "./decode-image.js";
import { filesAtOnce } from "./files-at-once.js";
import { refused } from "./findings.js";
import { type FolderListing, fileOf, type Listing, type Looking, listFolder, pick } from "./folder-listing.js";
import { refuseOtherFormat } from "./other-format.js";
import type { Frame, PictureReader } from "./picture-reader.js";
import { type FileToHold, readBeginning, readRaw } from "./read-whole.js";
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
  const { reader, budget } = options;
  const { files } = reader;
  const looking = { files, uri, found: new Map(), aside: new Set<string>() };
  const listed = await listUsable(looking, path);
  const { classes, labels } = listed.train;
  const train = pick(listed.train, limitTraining(labels, classes.length, options));
  const { test } = listed;
  const frame =
    options.side === 0
      ? await commonSize({ files, uri, budget }, [train, test])
      : { width: options.side, height: options.side };
  const images = (listing: Listing) => reader.images(uri, listing, frame);
  return { classes, ...frame, channels: 3, train: images(train), test: images(test) };
};

/** The files of a folder all of which can be used. Rejects with InvalidInput on `dataset`. */
const listUsable = async (looking: Looking, path: string): Promise<FolderListing> => {
  const listed = await listedFolder(looking, path);
  if (looking.found.size > 0) throw unusable(looking);
  return listed;
};

/** The files of a folder; what of it cannot be used is in `looking.found` afterwards. Rejects with InvalidInput on `dataset` for another layout. */
export const listedFolder = async (looking: Looking, path: string): Promise<FolderListing> => {
  const { files, uri } = looking;
  if ((await files.kindAt(uri, path)) === "file") {
    await refuseOtherFormat({ files, uri, file: path }, "a folder with a folder for each class");
    throw invalidInput("dataset", uri, "a folder with a folder for each class", `${shown(path)} is a file.`);
  }
  return listFolder(looking, path);
};

/** The refusal of a folder for all that was found in it. */
export const unusable = ({ uri, found }: Looking): InvalidInput => refused(uri, USABLE, [...found.values()]);

const USABLE = "class folders that hold .jpg, .jpeg, .png and .webp files alone";

type Reading = Omit<FileToHold, "file">;

/** @throws InvalidInput on `data.imageSize` if two images differ in size */
const commonSize = async (reading: Reading, listings: readonly Listing[]): Promise<Frame> => {
  let first: { readonly file: string; readonly size: Frame } | undefined;
  for (const listing of listings) {
    const sizes = await filesAtOnce(listing.names, (_, image) =>
      headerOf({ ...reading, file: fileOf(listing, image) }),
    );
    for (const [image, { width, height }] of sizes.entries()) {
      first ??= { file: fileOf(listing, image), size: { width, height } };
      if (width === first.size.width && height === first.size.height) continue;
      const show = (file: string, size: Frame) => `${shown(file)} is ${size.width}x${size.height}`;
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

const headerOf = async (reading: FileToHold): Promise<ImageHeader> => {
  const { uri, file } = reading;
  const bytes = await readBeginning(reading, BEGINNING);
  try {
    return await readImageHeader({ uri, file, bytes });
  } catch (error) {
    if (bytes.length < BEGINNING) throw error;
    return await readImageHeader({ uri, file, bytes: await readRaw(reading) });
  }
};
