import { join } from "node:path";
import { invalidInput } from "@bnas/errors";
import { holdOut } from "../divide/hold-out.js";
import { entriesIn } from "./existing-path.js";

/** The pictures of a part by their names: number i is `names[i]` in the folder of class `labels[i]`. */
export type Listing = {
  readonly classes: readonly string[];
  readonly path: string;
  readonly names: readonly string[];
  readonly labels: Uint16Array;
};

/** The files of a dataset: what is trained on, and what is tested on. */
export type FolderListing = { readonly train: Listing; readonly test: Listing };

/** The path of a picture. */
export const fileOf = ({ path, classes, names, labels }: Listing, image: number): string =>
  join(path, classes[labels[image] ?? 0] ?? "", names[image] ?? "");

/** These pictures of a listing, in this order. */
export const pick = (listing: Listing, images: Uint32Array): Listing => ({
  ...listing,
  names: Array.from(images, (image) => listing.names[image] ?? ""),
  labels: Uint16Array.from(images, (image) => listing.labels[image] ?? 0),
});

const IMAGE = /\.(jpe?g|png|webp)$/i;

/** ImageNet-21K has 14 million. */
const MOST_PICTURES = 20_000_000;
const MOST_CLASSES = 65_536;

/** Where test pictures may lie beside `train/`: the first that is there and has folders. ImageNet's own `test/` has no labels. */
const TEST_FOLDERS = ["val", "test"] as const;

/**
 * The names in a folder with a folder for each class. With ImageNet's layout, the test part is `val/`, or `test/` where there is no
 * `val/`; otherwise a fifth of every class is held out. Classes and files are in the order of their names' code units. No file is opened.
 * @throws InvalidInput on `dataset`
 */
export const listFolder = async (uri: string, path: string): Promise<FolderListing> => {
  const folders = await foldersIn(uri, path);
  // A class may be called `train`: then it holds images, not folders.
  const imageNet = folders.includes("train") && (await foldersIn(uri, join(path, "train"))).length > 0;
  if (!imageNet) {
    const all = await list(uri, path);
    const { train, test } = holdOut(all.labels, all.classes.length);
    return { train: pick(all, train), test: pick(all, test) };
  }
  const train = await list(uri, join(path, "train"));
  const name = await testFolder(uri, path, folders);
  const test = await list(uri, join(path, name));
  sameClasses(uri, train, test, name);
  return { train, test };
};

const testFolder = async (uri: string, path: string, folders: readonly string[]): Promise<string> => {
  for (const name of TEST_FOLDERS) {
    if (folders.includes(name) && (name === "val" || (await foldersIn(uri, join(path, name))).length > 0)) return name;
  }
  const hint = `${join(path, "val")} is not there, and no ${join(path, "test")} with folders. Add one, or name ${join(path, "train")} to hold out a fifth of it.`;
  throw invalidInput("dataset", uri, "a folder with train/ and val/ or test/", hint);
};

const sameClasses = (uri: string, train: Listing, test: Listing, name: string): void => {
  const [trained, tested] = [new Set(train.classes), new Set(test.classes)];
  const odd = test.classes.find((one) => !trained.has(one)) ?? train.classes.find((one) => !tested.has(one));
  if (odd === undefined) return;
  const where = tested.has(odd) ? `${name}/ alone` : "train/ alone";
  throw invalidInput("dataset", uri, `the same classes in train/ and ${name}/`, `${odd} is in ${where}.`);
};

/** Folders by name, without hidden ones. Files beside them (a licence, a list) are no classes and left alone. */
const foldersIn = async (uri: string, path: string): Promise<string[]> => {
  const entries = await entriesIn(uri, path);
  return entries.filter(({ kind }) => kind === "folder").map(({ name }) => name);
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
  if (classes.length > MOST_CLASSES) {
    const hint = `${path} holds ${classes.length} folders.`;
    throw invalidInput("dataset", uri, `${MOST_CLASSES.toLocaleString("en")} classes or fewer`, hint);
  }
  const names: string[] = [];
  const counts: number[] = [];
  for (const name of classes) {
    const files = await picturesIn(uri, join(path, name));
    for (const file of files) names.push(file);
    counts.push(files.length);
    if (names.length > MOST_PICTURES) {
      const hint = `${path} holds more; name a folder with a part of it.`;
      throw invalidInput("dataset", uri, `${MOST_PICTURES.toLocaleString("en")} pictures or fewer`, hint);
    }
  }
  const labels = new Uint16Array(names.length);
  let from = 0;
  for (const [label, count] of counts.entries()) {
    labels.fill(label, from, from + count);
    from += count;
  }
  return { classes, path, names, labels };
};

/** The names of the pictures of a class. What cannot be read is refused, not left out: a class of GIFs would be learned as if it were small. */
const picturesIn = async (uri: string, folder: string): Promise<string[]> => {
  const files = await entriesIn(uri, folder);
  const odd = files.find(({ name, kind }) => !IMAGE.test(name) || kind === "other");
  if (odd !== undefined) {
    const hint = `Convert ${join(folder, odd.name)}, or move it elsewhere.`;
    throw invalidInput("dataset", uri, "class folders that hold .jpg, .jpeg, .png and .webp files alone", hint);
  }
  if (files.length === 0) {
    const hint = `${folder} is empty. Add images or take the folder away.`;
    throw invalidInput("dataset", uri, "images in every class folder", hint);
  }
  return files.map(({ name }) => name);
};
