import { invalidInput, LIMITS } from "@bnas/errors";
import type { DatasetInMemory, ImageShape, LabelledImages } from "../divide/dataset.js";
import type { DataFiles } from "../files/data-files.js";
import { type Damage, damaged } from "./damaged.js";
import { idxFilesIn } from "./idx-files.js";
import { withinBudget } from "./memory-budget.js";
import { refuseOtherFormat } from "./other-format.js";
import { type FileToHold, readDeclared } from "./read-whole.js";
import type { FileUri } from "./uri.js";

// The IDX files of MNIST (LeCun, Cortes, Burges), Fashion-MNIST, KMNIST and EMNIST: a magic number of 4 bytes (0, 0, 8 for bytes, the
// number of dimensions), each dimension as a big-endian 32-bit number, then the values.

const IMAGES = 0x0000_0803;
const LABELS = 0x0000_0801;
const MOST_PIXELS_A_SIDE = LIMITS["data.idxSide"].value;

/** A damage whose file is named by the one who reads it. */
type DamageWithin = Omit<Damage, "file">;

/** What a header says: [count, rows, columns] or [count], or where it is damaged. */
type Header =
  | { readonly ok: true; readonly dimensions: readonly number[]; readonly values: number }
  | { readonly ok: false; readonly damage: DamageWithin };

const headerBytes = (dimensions: 1 | 3): number => 4 + 4 * dimensions;

/** Reads the header of an IDX file of `dimensions` dimensions: 3 for images, 1 for labels. */
const parseHeader = (bytes: Uint8Array, dimensions: 1 | 3): Header => {
  const refuse = (byte: number, expected: string, found: string): Header => ({
    ok: false,
    damage: { byte, expected, found },
  });
  const magic = dimensions === 3 ? IMAGES : LABELS;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 4 && view.getUint32(0) !== magic) {
    return refuse(0, `the magic number ${hex(magic)}`, hex(view.getUint32(0)));
  }
  const header = headerBytes(dimensions);
  if (bytes.length < header) {
    const found = bytes.length === 0 ? "an empty file" : "the end of the file";
    return refuse(bytes.length, `a header of ${header} bytes`, found);
  }
  const sizes = Array.from({ length: dimensions }, (_, index) => view.getUint32(4 + 4 * index));
  for (const [index, size] of sizes.entries()) {
    if (size === 0) return refuse(4 + 4 * index, index === 0 ? "one item or more" : "a side of one pixel or more", "0");
    if (index > 0 && size > MOST_PIXELS_A_SIDE) {
      return refuse(4 + 4 * index, `a side of ${MOST_PIXELS_A_SIDE} pixels or less`, String(size));
    }
  }
  return { ok: true, dimensions: sizes, values: sizes.reduce((product, size) => product * size, 1) };
};

const hex = (number: number): string => `0x${number.toString(16).padStart(8, "0")}`;

/** Where an IDX dataset is read from, and within what. */
type Reading = { readonly files: DataFiles; readonly budget: number; readonly signal?: AbortSignal | undefined };

/**
 * Reads a folder with the four files of MNIST, gzipped or not, named with `-idx3-ubyte` or `.idx3-ubyte`, or of one set of EMNIST.
 * The classes are named by their labels, 0 to the greatest that the training images have; the letters of EMNIST, which count from 1, by
 * letters. Rejects with InvalidInput on `dataset`.
 */
export const readIdx = async ({ uri, path }: FileUri, { files, budget, signal }: Reading): Promise<DatasetInMemory> => {
  if ((await files.kindAt(uri, path)) === "file") {
    await refuseOtherFormat({ files, uri, file: path }, "a folder of IDX files");
    const hint = "Name the folder that holds train-images-idx3-ubyte and the other three files.";
    throw invalidInput("dataset", uri, "a folder of IDX files", hint);
  }
  const found = await idxFilesIn(files, uri, path);
  const train = await readPart({ files, uri, budget, signal }, found.train);
  const test = await readPart({ files, uri, budget: budget - train.pixels.byteLength, signal }, found.test);
  if (train.height !== test.height || train.width !== test.width) {
    const sizes = `train ${train.width}x${train.height}, t10k ${test.width}x${test.height}`;
    throw invalidInput("dataset", uri, "images of one size", `They differ: ${sizes}. Use files of one dataset.`);
  }
  if (found.letters) for (const part of [train, test]) countFromZero(uri, part);
  const classes = train.labels.reduce((most, label) => Math.max(most, label), 0) + 1;
  const beyond = test.labels.findIndex((label) => label >= classes);
  if (beyond >= 0) {
    const expected = `a label from 0 to ${classes - 1}, as in the training labels`;
    throw damaged(uri, { file: test.labelFile, byte: 8 + beyond, expected, found: String(test.labels[beyond]) });
  }
  return {
    classes: Array.from({ length: classes }, (_, label) => (found.letters ? letter(label) : String(label))),
    height: train.height,
    width: train.width,
    channels: 1,
    train: { pixels: train.pixels, labels: train.labels },
    test: { pixels: test.pixels, labels: test.labels },
  };
};

const letter = (label: number): string => String.fromCharCode("a".charCodeAt(0) + label);

/** The letters of EMNIST have the labels 1 to 26. @throws InvalidInput on `dataset` for another */
const countFromZero = (
  uri: string,
  { labels, labelFile }: { readonly labels: Uint16Array; readonly labelFile: string },
): void => {
  for (const [image, label] of labels.entries()) {
    if (label < 1 || label > 26) {
      const expected = "a label from 1 to 26, as the letters of EMNIST have";
      throw damaged(uri, { file: labelFile, byte: 8 + image, expected, found: String(label) });
    }
    labels[image] = label - 1;
  }
};

type Part = LabelledImages & Omit<ImageShape, "channels"> & { readonly labelFile: string };

/** The labels first: how many there are says how many images there must be, before memory is taken for them. */
const readPart = async (
  part: Reading & { readonly uri: string },
  { images: imageFile, labels: labelFile }: { readonly images: string; readonly labels: string },
): Promise<Part> => {
  const { uri, budget, files, signal } = part;
  const labels = await parsed({ files, uri, file: labelFile, budget }, 1, signal);
  const images = await parsed({ files, uri, file: imageFile, budget }, 3, signal, ([count = 0]) => {
    if (labels.values.length === count) return;
    const expected = `${count} labels, one for each image of ${imageFile}`;
    throw damaged(uri, { file: labelFile, byte: 4, expected, found: String(labels.values.length) });
  });
  const [, height = 0, width = 0] = images.dimensions;
  withinBudget(uri, images.values.byteLength, budget);
  return { pixels: images.values, labels: Uint16Array.from(labels.values), height, width, labelFile };
};

/** `values` is a view, not a copy. */
const parsed = async (
  file: FileToHold,
  dimensions: 1 | 3,
  signal: AbortSignal | undefined,
  check: (dimensions: readonly number[]) => void = () => {},
): Promise<{ readonly dimensions: readonly number[]; readonly values: Uint8Array }> => {
  const length = headerBytes(dimensions);
  const headed = (bytes: Uint8Array) => {
    const header = parseHeader(bytes, dimensions);
    if (header.ok) return header;
    throw damaged(file.uri, { file: file.file, ...header.damage });
  };
  const read = async () => {
    const declared = (bytes: Uint8Array) => {
      const header = headed(bytes);
      check(header.dimensions);
      return length + header.values;
    };
    // What holds less than a header is refused by where it ends.
    const { bytes, more } = await readDeclared(file, length, declared, signal);
    const { dimensions: sizes, values } = headed(bytes.subarray(0, length));
    if (more || bytes.length !== length + values) {
      const expected = `${values} values after the header (${sizes.join(" x ")})`;
      const found = more ? "more" : `${bytes.length - length}`;
      throw damaged(file.uri, { file: file.file, byte: bytes.length, expected, found });
    }
    return { dimensions: sizes, values: bytes.subarray(length) };
  };
  try {
    return await read();
  } catch (error) {
    await refuseOtherFormat(file, "IDX files", true);
    throw error;
  }
};
