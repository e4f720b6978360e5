import { join } from "node:path";
import { type InvalidInput, invalidInput } from "@bnas/errors";
import type { DatasetInMemory, LabelledImages } from "../divide/dataset.js";
import { holdOut, take } from "../divide/hold-out.js";
import { damaged } from "./damaged.js";
import { existing, namesIn } from "./existing-path.js";
import { withinBudget } from "./memory-budget.js";
import { readRaw } from "./read-whole.js";
import type { FileUri } from "./uri.js";

// The binary version of CIFAR-10 and CIFAR-100 (Krizhevsky, 2009): records of one label byte (CIFAR-100: a coarse and a
// fine one) and 3,072 bytes: 32x32 red, then green, then blue, row by row.

const SIDE = 32;
const PLANE = SIDE * SIDE;
const PIXELS = PLANE * 3;

/** How the two versions differ. `labels`: how many values each label byte of a record may take; the last one is the class. */
type Version = {
  readonly labels: readonly number[];
  readonly train: RegExp;
  readonly first: string;
  readonly test: string;
  readonly names: string;
  readonly folder: string;
  readonly otherwise: readonly string[];
};
const VERSIONS: Readonly<Record<"cifar10" | "cifar100", Version>> = {
  cifar10: {
    labels: [10],
    train: /^data_batch_(\d+)\.bin$/,
    first: "data_batch_1.bin",
    test: "test_batch.bin",
    names: "batches.meta.txt",
    folder: "cifar-10-batches-bin",
    otherwise: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
  },
  cifar100: {
    labels: [20, 100],
    train: /^train\.bin$/,
    first: "train.bin",
    test: "test.bin",
    names: "fine_label_names.txt",
    folder: "cifar-100-binary",
    otherwise: Array.from({ length: 100 }, (_, label) => String(label)),
  },
};

/**
 * Reads a folder in the binary version, or one .bin file, of which a fifth of each class is then held out for testing.
 * @param budget the most bytes to hold
 * @throws InvalidInput on `dataset`: missing or damaged files
 */
export const readCifar = async ({ scheme, uri, path }: FileUri, budget: number): Promise<DatasetInMemory> => {
  const version = VERSIONS[scheme === "cifar100" ? "cifar100" : "cifar10"];
  const shape = { height: SIDE, width: SIDE, channels: 3 };
  if (!(await existing(uri, path)).isDirectory()) {
    const { pixels, labels } = await readRecords({ uri, version, files: [path], budget });
    const { train, test } = holdOut(labels, version.otherwise.length);
    const whole = { pixels, labels };
    return { classes: version.otherwise, ...shape, train: take(whole, train, PIXELS), test: take(whole, test, PIXELS) };
  }
  const names = await namesIn(uri, path);
  const batches = trainingFiles(uri, path, names, version);
  if (!names.includes(version.test)) throw missing(uri, path, version.test);
  const train = await readRecords({ uri, version, files: batches.map((name) => join(path, name)), budget });
  const left = budget - train.pixels.byteLength;
  const test = await readRecords({ uri, version, files: [join(path, version.test)], budget: left });
  const classes = names.includes(version.names)
    ? await readNames(uri, join(path, version.names), version.otherwise.length)
    : version.otherwise;
  return { classes, ...shape, train, test };
};

/** The training files in order, without gaps: a lost download must not pass as a smaller dataset. */
const trainingFiles = (uri: string, path: string, names: readonly string[], version: Version): string[] => {
  const files = names
    .map((name) => ({ name, number: Number(version.train.exec(name)?.[1] ?? 1) }))
    .filter(({ name }) => version.train.test(name))
    .sort((one, other) => one.number - other.number);
  if (files.length === 0) {
    const hint = names.includes(version.folder)
      ? `Did you mean ${uri}/${version.folder}?`
      : names.some((name) => name === "data_batch_1" || name === "train" || name.endsWith(".py"))
        ? "This looks like the Python version; fetch the binary version."
        : `Fetch the binary version, or name one .bin file.`;
    throw invalidInput("dataset", uri, `a folder with ${version.first}`, `${path} has none. ${hint}`);
  }
  files.forEach(({ number }, index) => {
    if (number !== index + 1) throw missing(uri, path, version.first.replace("1", String(index + 1)));
  });
  return files.map(({ name }) => name);
};

const missing = (uri: string, path: string, name: string): InvalidInput =>
  invalidInput(
    "dataset",
    uri,
    "a folder with all its files",
    `${join(path, name)} is not there. Fetch it, or name one .bin file.`,
  );

type Records = {
  readonly uri: string;
  readonly version: Version;
  readonly files: readonly string[];
  readonly budget: number;
};

const readRecords = async ({ uri, version, files, budget }: Records): Promise<LabelledImages> => {
  const record = version.labels.length + PIXELS;
  const counts: number[] = [];
  for (const file of files) {
    const { size } = await existing(uri, file);
    const whole = Math.floor(size / record);
    if (size === 0 || size % record !== 0) {
      const found = size === 0 ? "an empty file" : `${size % record} bytes after ${whole} records`;
      throw damaged(uri, { file, byte: whole * record, expected: `records of ${record} bytes`, found });
    }
    counts.push(whole);
  }
  const count = counts.reduce((sum, one) => sum + one, 0);
  withinBudget(uri, count * PIXELS, budget);
  const pixels = new Uint8Array(count * PIXELS);
  const labels = new Uint16Array(count);
  let image = 0;
  for (const [index, file] of files.entries()) {
    const bytes = await readRaw({ uri, file, budget });
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
      throw damaged(uri, {
        file,
        byte: at + offset,
        expected: `a label from 0 to ${values - 1}`,
        found: String(value),
      });
    }
  }
  return value;
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

const readNames = async (uri: string, file: string, classes: number): Promise<string[]> => {
  const text = new TextDecoder().decode(await readRaw({ uri, file, budget: 2 ** 20 }));
  const names = text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  if (names.length !== classes) {
    throw damaged(uri, {
      file,
      byte: 0,
      expected: `the names of ${classes} classes, one a line`,
      found: String(names.length),
    });
  }
  return names;
};
