import { join } from "node:path";
import { concurrently } from "@bnas/disk";
import { invalidInput } from "@bnas/errors";
import type { Dataset, LabelledImages } from "../divide/dataset.js";
import { holdOut } from "../divide/hold-out.js";
import { limitTraining } from "../divide/split.js";
import { decodeImage, imageSize } from "./decode-image.js";
import { existing, namesIn } from "./existing-path.js";
import { withinBudget } from "./memory-budget.js";
import { readRaw } from "./read-whole.js";
import type { FileUri } from "./uri.js";

/** `side`: of the square images, 0 keeps their own size if it is the same for all. `limit` and `seed` as in SplitPlan. */
export type FolderOptions = {
  readonly side: number;
  readonly limit: number;
  readonly seed: number;
  readonly budget: number;
};

type Listed = { readonly file: string; readonly label: number };
type Listing = { readonly classes: readonly string[]; readonly images: readonly Listed[] };
type Size = { readonly width: number; readonly height: number };

const IMAGE = /\.(jpe?g|png|webp)$/i;
const DECODING_AT_ONCE = 4;

/**
 * Reads a folder with a folder for each class. With ImageNet's layout, `train/` and `val/`, the latter is the test part;
 * otherwise a fifth of every class is held out. Classes and files are in the order of their names' code units. Only the
 * training images that `limit` keeps are decoded.
 * @throws InvalidInput on `dataset` or `data.imageSize`
 */
export const readFolder = async ({ uri, path }: FileUri, options: FolderOptions): Promise<Dataset> => {
  if (!(await existing(uri, path)).isDirectory()) {
    throw invalidInput("dataset", uri, "a folder with a folder for each class", `${path} is a file.`);
  }
  const { classes, train, test } = await divide(uri, path);
  const labels = train.map(({ label }) => label);
  const used = Array.from(limitTraining(labels, classes.length, options)).flatMap((image) => train[image] ?? []);
  const { width, height } =
    options.side === 0
      ? await commonSize(uri, [...used, ...test], options.budget)
      : { width: options.side, height: options.side };
  withinBudget(uri, (used.length + test.length) * width * height * 3, options.budget);
  const decode = (images: readonly Listed[]) => decodeAll(uri, images, { width, height }, options.budget);
  return { classes, height, width, channels: 3, train: await decode(used), test: await decode(test) };
};

const divide = async (
  uri: string,
  path: string,
): Promise<{ classes: readonly string[]; train: readonly Listed[]; test: readonly Listed[] }> => {
  const folders = await foldersIn(uri, path);
  // A class may be called `train`: then it holds images, not folders.
  const imageNet = folders.includes("train") && (await foldersIn(uri, join(path, "train"))).length > 0;
  if (!imageNet) {
    const { classes, images } = await list(uri, path);
    const { train, test } = holdOut(
      images.map(({ label }) => label),
      classes.length,
    );
    const pick = (numbers: Uint32Array) => Array.from(numbers).flatMap((image) => images[image] ?? []);
    return { classes, train: pick(train), test: pick(test) };
  }
  const train = await list(uri, join(path, "train"));
  if (!folders.includes("val")) {
    const hint = `${join(path, "val")} is not there. Add it, or name ${join(path, "train")} to hold out a fifth of it.`;
    throw invalidInput("dataset", uri, "a folder with train/ and val/", hint);
  }
  const test = await list(uri, join(path, "val"));
  const odd =
    test.classes.find((name) => !train.classes.includes(name)) ??
    train.classes.find((name) => !test.classes.includes(name));
  if (odd !== undefined) {
    const where = test.classes.includes(odd) ? "val/ alone" : "train/ alone";
    throw invalidInput("dataset", uri, "the same classes in train/ and val/", `${odd} is in ${where}.`);
  }
  return { classes: train.classes, train: train.images, test: test.images };
};

/** Folders by name, without hidden ones. Files beside them (a licence, a list) are no classes and left alone. */
const foldersIn = async (uri: string, path: string): Promise<string[]> => {
  const folders: string[] = [];
  for (const name of await namesIn(uri, path)) {
    if (!name.startsWith(".") && (await existing(uri, join(path, name))).isDirectory()) folders.push(name);
  }
  return folders;
};

const list = async (uri: string, path: string): Promise<Listing> => {
  const classes = await foldersIn(uri, path);
  if (classes.length < 2) {
    const hint =
      classes.length === 0
        ? `${path} holds no folders.`
        : `${path} holds only the class ${classes[0]}; there is nothing to distinguish.`;
    throw invalidInput("dataset", uri, "a folder with a folder for each of 2 classes or more", hint);
  }
  if (classes.length > 65_536) {
    throw invalidInput("dataset", uri, "65,536 classes or fewer", `${path} holds ${classes.length} folders.`);
  }
  const images: Listed[] = [];
  for (const [label, name] of classes.entries()) {
    const files = (await namesIn(uri, join(path, name))).filter((file) => !file.startsWith("."));
    // What cannot be read is refused, not left out: a class of GIFs would be learned as if it were small.
    const odd = files.find((file) => !IMAGE.test(file));
    if (odd !== undefined) {
      const hint = `Convert ${join(path, name, odd)}, or move it elsewhere.`;
      throw invalidInput("dataset", uri, "class folders that hold .jpg, .jpeg, .png and .webp files alone", hint);
    }
    if (files.length === 0) {
      const hint = `${join(path, name)} is empty. Add images or take the folder away.`;
      throw invalidInput("dataset", uri, "images in every class folder", hint);
    }
    for (const file of files) images.push({ file: join(path, name, file), label });
  }
  return { classes, images };
};

/** @throws InvalidInput on `data.imageSize` if two images differ in size */
const commonSize = async (uri: string, images: readonly Listed[], budget: number): Promise<Size> => {
  const sizes = new Array<Size>(images.length);
  await concurrently(images, DECODING_AT_ONCE, async ({ file }, index) => {
    sizes[index] = await imageSize({ uri, file, bytes: await readRaw({ uri, file, budget }) });
  });
  const [first = { width: 0, height: 0 }] = sizes;
  const odd = sizes.findIndex(({ width, height }) => width !== first.width || height !== first.height);
  if (odd >= 0) {
    const show = (index: number) => `${images[index]?.file} is ${sizes[index]?.width}x${sizes[index]?.height}`;
    throw invalidInput(
      "data.imageSize",
      0,
      "the side of the square images in pixels, as the images differ in size",
      `${show(0)}, ${show(odd)}. Set it, for example to 64.`,
    );
  }
  return first;
};

const decodeAll = async (
  uri: string,
  images: readonly Listed[],
  size: Size,
  budget: number,
): Promise<LabelledImages> => {
  const bytes = size.width * size.height * 3;
  const pixels = new Uint8Array(images.length * bytes);
  await concurrently(images, DECODING_AT_ONCE, async ({ file }, index) => {
    pixels.set(await decodeImage({ uri, file, bytes: await readRaw({ uri, file, budget }) }, size), index * bytes);
  });
  return { pixels, labels: Uint16Array.from(images, ({ label }) => label) };
};
