import { join } from "node:path";
import { invalidInput } from "@bnas/errors";
import { holdOut } from "../divide/hold-out.js";
import type { DataFiles, FolderEntry } from "../files/data-files.js";
import { shown } from "../files/shown.js";
import { type DataFinding, findingOf } from "./findings.js";
import { fixFor } from "./fixes.js";
import { hasDeeperImages, partsOf, refuseLayout } from "./folder-layout.js";
import { isJunk } from "./junk.js";
import { readBeginning } from "./read-whole.js";
import { ENOUGH, whatBytesAre } from "./what-bytes-are.js";

/** The pictures of a part by their names: number i is `names[i]` in the folder of class `labels[i]`. */
export type Listing = {
  readonly classes: readonly string[];
  readonly path: string;
  readonly names: readonly string[];
  readonly labels: Uint16Array;
};

/** The files of a dataset: what is trained on, and what is tested on. */
export type FolderListing = { readonly train: Listing; readonly test: Listing };

/** Where a folder is listed, and what is found there beside pictures. */
export type Looking = {
  readonly files: DataFiles;
  readonly uri: string;
  /** What cannot be used. A search ends with the first of them, and `bnas data check` prints all. */
  readonly found: Map<string, DataFinding>;
  /** What is left aside: junk of systems, and files beside the classes. */
  readonly aside: Set<string>;
};

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

/** Odd files whose bytes are looked at, to say what they are. The others are counted. */
const MOST_OPENED = 1000;

/**
 * The names in a folder with a folder for each class. With ImageNet's layout, the test part is `val/`, or `test/` where there is no
 * `val/`; otherwise a fifth of every class is held out. Classes and files are in the order of their names' code units. A file is opened
 * only where its name is that of no picture. What cannot be used is in `looking.found` afterwards.
 * Rejects with InvalidInput on `dataset` for another layout.
 */
export const listFolder = async (looking: Looking, path: string): Promise<FolderListing> => {
  const parts = await partsOf(looking, path, await foldersIn(looking, path));
  if (parts === undefined) {
    const all = await list(looking, path);
    const { train, test } = holdOut(all.labels, all.classes.length);
    return { train: pick(all, train), test: pick(all, test) };
  }
  const train = await list(looking, join(path, parts.train));
  const test = await list(looking, join(path, parts.test));
  sameClasses(looking, train, test, parts.test);
  return { train, test };
};

const sameClasses = ({ uri }: Looking, train: Listing, test: Listing, name: string): void => {
  const [trained, tested] = [new Set(train.classes), new Set(test.classes)];
  const only = (one: Listing, others: ReadonlySet<string>) => one.classes.filter((label) => !others.has(label));
  const [inTest, inTrain] = [only(test, trained), only(train, tested)];
  const odd = inTest[0] ?? inTrain[0];
  if (odd === undefined) return;
  const where = inTest.length > 0 ? `${name}/ alone` : "train/ alone";
  const more = Math.max(inTest.length, 0) + inTrain.length - 1;
  const others = more === 0 ? "" : ` (and ${more} more are in one of both)`;
  throw invalidInput(
    "dataset",
    uri,
    `the same classes in train/ and ${name}/`,
    `${shown(odd)} is in ${where}${others}.`,
  );
};

/** Folders by name, without hidden ones and junk. Files beside them (a licence, a list) are no classes and left aside. */
const foldersIn = async ({ files, uri, found, aside }: Looking, path: string): Promise<string[]> => {
  const folders: string[] = [];
  for (const entry of await files.entriesIn(uri, path)) {
    if (entry.kind === "folder" && !isJunk(entry.name)) folders.push(entry.name);
    else if (entry.kind === "odd" && entry.lost) note(found, oddEntry(join(path, entry.name), entry.is));
    else aside.add(join(path, entry.name));
  }
  return folders;
};

const note = (found: Map<string, DataFinding>, finding: DataFinding) => found.set(finding.file, finding);

const list = async (looking: Looking, path: string): Promise<Listing> => {
  const { uri } = looking;
  const classes = await foldersIn(looking, path);
  if (classes.length < 2) await refuseLayout(looking, path, classes);
  if (classes.length > MOST_CLASSES) {
    const hint = `${shown(path)} holds ${classes.length} folders.`;
    throw invalidInput("dataset", uri, `${MOST_CLASSES.toLocaleString("en")} classes or fewer`, hint);
  }
  await hasDeeperImages(looking, path, classes);
  const names: string[] = [];
  const counts: number[] = [];
  for (const name of classes) {
    const files = await picturesIn(looking, join(path, name));
    for (const file of files) names.push(file);
    counts.push(files.length);
    if (names.length > MOST_PICTURES) {
      const hint = `${shown(path)} holds more; name a folder with a part of it.`;
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

/** The names of the pictures of a class. What cannot be read is found, not left out: a class of GIFs would be learned as if it were small. */
const picturesIn = async (looking: Looking, folder: string): Promise<string[]> => {
  const { files, uri, found, aside } = looking;
  const pictures: string[] = [];
  const odd: FolderEntry[] = [];
  for (const entry of await files.entriesIn(uri, folder)) {
    if (isJunk(entry.name)) aside.add(join(folder, entry.name));
    else if (entry.kind === "odd" || !IMAGE.test(entry.name)) odd.push(entry);
    // A folder whose name ends in .jpg.
    else if (entry.kind === "folder") odd.push(entry);
    else pictures.push(entry.name);
  }
  for (const entry of odd) {
    const file = join(folder, entry.name);
    if (entry.kind === "odd") note(found, oddEntry(file, entry.is));
    else if (entry.kind === "folder")
      note(found, { file, is: "is a folder within a class", fix: "Move its images up, or move it elsewhere." });
    else note(found, await oddFile(looking, file));
  }
  if (pictures.length === 0 && odd.length === 0) {
    note(found, { file: folder, is: "is empty", fix: "Add images, or remove the folder." });
  }
  return pictures;
};

const oddEntry = (file: string, is: string): DataFinding => {
  if (is.startsWith("a name")) {
    return { file, is: `has ${is}`, fix: "Rename it, or all: convmv -r -f latin1 -t utf8 --notest FOLDER" };
  }
  if (is.startsWith("a link")) {
    const fix = "Fetch what it leads to (git annex get, dvc pull), or remove the link: find FOLDER -xtype l -delete";
    return { file, is: `is ${is}`, fix };
  }
  return { file, is: `is neither a file nor a folder: it is ${is}`, fix: "Remove it." };
};

/** A file whose name is that of no picture, and what its bytes are. */
const oddFile = async ({ files, uri, found }: Looking, file: string): Promise<DataFinding> => {
  if (found.size > MOST_OPENED)
    return { file, is: "has the name of no JPEG, PNG or WebP image", fix: "Move it elsewhere." };
  const bytes = whatBytesAre(await readBeginning({ files, uri, file }, ENOUGH));
  return findingOf(file, bytes, fixFor(file, bytes));
};
