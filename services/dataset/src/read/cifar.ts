import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { invalidInput } from "@bnas/errors";
import type { DatasetInMemory, LabelledImages } from "../divide/dataset.js";
import { holdOut, take } from "../divide/hold-out.js";
import type { DataFiles } from "../files/data-files.js";
import { shellWord, shown } from "../files/shown.js";
import { damaged } from "./damaged.js";
import { refused } from "./findings.js";
import { withinBudget } from "./memory-budget.js";
import { refuseOtherFormat } from "./other-format.js";
import { type FileToRead, readRaw, readText } from "./read-whole.js";
import type { FileUri } from "./uri.js";

// The binary version of CIFAR-10 and CIFAR-100 (Krizhevsky, 2009): records of one label byte (CIFAR-100: a coarse and a
// fine one) and 3,072 bytes: 32x32 red, then green, then blue, row by row.

const SIDE = 32;
const PLANE = SIDE * SIDE;
const PIXELS = PLANE * 3;
/** Records after which other calls have their turn. */
const RECORDS_A_PIECE = 500;

/** How the two versions differ. `labels`: how many values each label byte of a record may take; the last one is the class. */
type Version = {
  readonly labels: readonly number[];
  readonly train: readonly string[];
  readonly test: string;
  /** Images of each training file and of the test file, as they were published. */
  readonly images: readonly [train: number, test: number];
  readonly names: string;
  readonly folder: string;
  readonly otherwise: readonly string[];
};
const VERSIONS: Readonly<Record<"cifar10" | "cifar100", Version>> = {
  cifar10: {
    labels: [10],
    train: [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`),
    test: "test_batch.bin",
    images: [10_000, 10_000],
    names: "batches.meta.txt",
    folder: "cifar-10-batches-bin",
    otherwise: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
  },
  cifar100: {
    labels: [20, 100],
    train: ["train.bin"],
    test: "test.bin",
    images: [50_000, 10_000],
    names: "fine_label_names.txt",
    folder: "cifar-100-binary",
    otherwise: Array.from({ length: 100 }, (_, label) => String(label)),
  },
};

/**
 * Reads a folder in the binary version, or one .bin file, of which a fifth of each class is then held out for testing.
 * Rejects with InvalidInput on `dataset` for missing or damaged files. @param budget the most bytes to hold
 */
export const readCifar = async (
  { scheme, uri, path }: FileUri,
  { files, budget }: { readonly files: DataFiles; readonly budget: number },
): Promise<DatasetInMemory> => {
  const version = VERSIONS[scheme === "cifar100" ? "cifar100" : "cifar10"];
  const shape = { height: SIDE, width: SIDE, channels: 3 };
  const shared = { reading: files, uri, version };
  if ((await files.kindAt(uri, path)) === "file") {
    const { pixels, labels } = await readRecords({ ...shared, files: [path], budget });
    const { train, test } = holdOut(labels, version.otherwise.length);
    const whole = { pixels, labels };
    return { classes: version.otherwise, ...shape, train: take(whole, train, PIXELS), test: take(whole, test, PIXELS) };
  }
  const entries = await files.entriesIn(uri, path);
  const names = entries.filter(({ kind }) => kind !== "folder").map(({ name }) => name);
  const folders = entries.filter(({ kind }) => kind === "folder").map(({ name }) => name);
  refuseMissing({ scheme, uri, path }, version, names, folders);
  const [ofTrain, ofTest] = version.images;
  const there = version.train.filter((name) => names.includes(name));
  const [trainFiles, testFile] = [there.map((name) => join(path, name)), join(path, version.test)];
  const published = [...there.map(() => ofTrain), ofTest];
  if (there.length === version.train.length) await wholeAsPublished(shared, [...trainFiles, testFile], published);
  const train = await readRecords({ ...shared, files: trainFiles, budget });
  const left = budget - train.pixels.byteLength;
  const test = await readRecords({ ...shared, files: [testFile], budget: left });
  const classes = names.includes(version.names)
    ? await readNames({ files, uri, file: join(path, version.names) }, version.otherwise.length)
    : version.otherwise;
  return { classes, ...shape, train, test };
};

/**
 * A lost download must not pass as a smaller dataset: refuses a folder without all its files, by what it has in their place. The first of
 * the training files alone is a smaller dataset that people make on purpose. @throws InvalidInput on `dataset`
 */
const refuseMissing = (
  { scheme, uri, path }: Pick<FileUri, "scheme" | "uri" | "path">,
  version: Version,
  names: readonly string[],
  folders: readonly string[],
): void => {
  const alone = version.train.filter((name) => names.includes(name)).join() === version.train[0];
  const needed = [...(alone ? version.train.slice(0, 1) : version.train), version.test];
  const absent = needed.filter((name) => !names.includes(name));
  const [first] = absent;
  if (first === undefined) return;
  if (absent.length < needed.length) {
    const is = `is not there: ${needed.length - absent.length} of ${needed.length} files are (missing: ${absent.join(", ")})`;
    const packed = absent.every((name) => names.includes(`${name}.gz`));
    const fix = packed ? `Unpack: gunzip ${shellWord(path)}/*.gz` : "Fetch it, or write the path of one .bin file.";
    throw refused(uri, "a folder with all its files", [{ file: join(path, first), is, fix }]);
  }
  const allowed = `a folder with ${needed.join(", ")}`;
  throw invalidInput(
    "dataset",
    uri,
    allowed,
    `${shown(path)} has none of them. ${instead({ scheme, path }, version, names, folders)}`,
  );
};

/** What a folder without any of the files holds in their place. */
const instead = (
  { scheme, path }: Pick<FileUri, "scheme" | "path">,
  version: Version,
  names: readonly string[],
  folders: readonly string[],
): string => {
  const [other, otherVersion] =
    scheme === "cifar10" ? (["cifar100", VERSIONS.cifar100] as const) : (["cifar10", VERSIONS.cifar10] as const);
  if (folders.includes(version.folder)) return `Did you mean ${scheme}:${shown(join(path, version.folder))}?`;
  if (otherVersion.train.some((name) => names.includes(name))) return `Did you mean ${other}:${shown(path)}?`;
  if (folders.includes(otherVersion.folder)) return `Did you mean ${other}:${shown(join(path, otherVersion.folder))}?`;
  const python = [...names, ...folders].some(
    (name) =>
      /^(data_batch_1|train|batches\.meta|meta|cifar-100?-(batches-py|python))$/.test(name) || name.endsWith(".py"),
  );
  if (python) return "This looks like the Python version; fetch the binary version.";
  const packed = names.find((name) => /\.(tgz|tar(\.gz)?)$/i.test(name));
  if (packed !== undefined) return `Unpack it: tar -xf ${shellWord(join(path, packed))} -C ${shellWord(path)}`;
  if (names.includes(`${version.train[0]}.gz`)) return `Unpack: gunzip ${shellWord(path)}/*.gz`;
  return "Fetch the binary version, or write the path of one .bin file.";
};

type Shared = { readonly reading: DataFiles; readonly uri: string; readonly version: Version };

type Records = Shared & {
  readonly files: readonly string[];
  readonly budget: number;
};

const RECORDS = "records of the binary version of CIFAR";

/** Records of a file. Rejects with InvalidInput on `dataset` for a file that does not end with one. */
const recordsOf = async ({ reading, uri, version }: Shared, file: string): Promise<number> => {
  const record = version.labels.length + PIXELS;
  const size = await reading.sizeOf(uri, file);
  const whole = Math.floor(size / record);
  if (size > 0 && size % record === 0) return whole;
  await refuseOtherFormat({ files: reading, uri, file }, RECORDS);
  const found = size === 0 ? "an empty file" : `${size % record} bytes after ${whole} records`;
  throw damaged(uri, { file, byte: whole * record, expected: `records of ${record} bytes`, found });
};

/** Where some files have as many images as were published, all have: a file that was cut after a record is refused as any other. */
const wholeAsPublished = async (
  shared: Shared,
  files: readonly string[],
  published: readonly number[],
): Promise<void> => {
  const counts: number[] = [];
  for (const file of files) counts.push(await recordsOf(shared, file));
  if (!counts.some((count, index) => count === published[index])) return;
  for (const [index, file] of files.entries()) {
    const [count = 0, expected = 0] = [counts[index], published[index]];
    if (count >= expected) continue;
    const record = shared.version.labels.length + PIXELS;
    throw damaged(shared.uri, {
      file,
      byte: count * record,
      expected: `${expected} images, as were published`,
      found: `${count}`,
    });
  }
};

const readRecords = async ({ files, budget, ...shared }: Records): Promise<LabelledImages> => {
  const { reading, uri, version } = shared;
  const record = version.labels.length + PIXELS;
  const counts: number[] = [];
  for (const file of files) counts.push(await recordsOf(shared, file));
  const count = counts.reduce((sum, one) => sum + one, 0);
  withinBudget(uri, count * PIXELS, budget);
  const pixels = new Uint8Array(count * PIXELS);
  const labels = new Uint16Array(count);
  let image = 0;
  for (const [index, file] of files.entries()) {
    const bytes = await readRaw({ files: reading, uri, file, budget });
    const records = counts[index] ?? 0;
    if (bytes.length !== records * record) {
      throw damaged(uri, {
        file,
        byte: bytes.length,
        expected: `${records * record} bytes`,
        found: "that it changed while it was read",
      });
    }
    for (let at = 0; at < bytes.length; at += record, image++) {
      labels[image] = label(uri, version, file, bytes, at);
      if (image % RECORDS_A_PIECE === 0) await setImmediate();
      interleave(bytes, at + version.labels.length, pixels, image * PIXELS);
    }
  }
  return { pixels, labels };
};

/** The class of the record that begins at `at`; every label byte is checked. */
const label = (uri: string, version: Version, file: string, bytes: Uint8Array, at: number): number => {
  let value = 0;
  for (const [offset, values] of version.labels.entries()) {
    value = bytes[at + offset] ?? 0;
    if (value >= values) {
      const more = badLabels(version, bytes.subarray(at)) - 1;
      throw damaged(uri, {
        file,
        byte: at + offset,
        expected: `a label from 0 to ${values - 1}`,
        found: more === 0 ? String(value) : `${value} (and ${more} records more with such a label)`,
      });
    }
  }
  return value;
};

/** How many records have a label that is none. */
const badLabels = (version: Version, bytes: Uint8Array): number => {
  let bad = 0;
  for (let at = 0; at < bytes.length; at += version.labels.length + PIXELS) {
    if (version.labels.some((values, offset) => (bytes[at + offset] ?? 0) >= values)) bad++;
  }
  return bad;
};

/** Three planes of one image to pixels of three bytes. */
const interleave = (planes: Uint8Array, from: number, pixels: Uint8Array, to: number): void => {
  let at = to;
  for (let pixel = from; pixel < from + PLANE; pixel++) {
    pixels[at++] = planes[pixel] ?? 0;
    pixels[at++] = planes[pixel + PLANE] ?? 0;
    pixels[at++] = planes[pixel + 2 * PLANE] ?? 0;
  }
};

const readNames = async (file: FileToRead, classes: number): Promise<string[]> => {
  const text = await readText(file, 2 ** 20);
  const names = text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  if (names.length !== classes) {
    throw damaged(file.uri, {
      file: file.file,
      byte: 0,
      expected: `the names of ${classes} classes, one a line`,
      found: String(names.length),
    });
  }
  return names;
};
