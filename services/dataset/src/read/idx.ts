import { join } from "node:path";
import { invalidInput } from "@bnas/errors";
import type { DatasetInMemory, ImageShape, LabelledImages } from "../divide/dataset.js";
import { type Damage, damaged } from "./damaged.js";
import { existing, namesIn } from "./existing-path.js";
import { withinBudget } from "./memory-budget.js";
import { readWhole } from "./read-whole.js";
import type { FileUri } from "./uri.js";

// The IDX files of MNIST (LeCun, Cortes, Burges) and Fashion-MNIST: a magic number of 4 bytes (0, 0, 8 for bytes, the
// number of dimensions), each dimension as a big-endian 32-bit number, then the values.

const IMAGES = 0x0000_0803;
const LABELS = 0x0000_0801;
const MOST_PIXELS_A_SIDE = 4096;

/** A damage whose file is named by the one who reads it. */
type DamageWithin = Omit<Damage, "file">;

/** A parsed file, or where it is damaged. `dimensions` are [count, rows, columns] or [count]; `values` is a view, not a copy. */
type ParsedIdx =
  | { readonly ok: true; readonly dimensions: readonly number[]; readonly values: Uint8Array }
  | { readonly ok: false; readonly damage: DamageWithin };

/** Reads the bytes of an IDX file of `dimensions` dimensions: 3 for images, 1 for labels. */
const parseIdx = (bytes: Uint8Array, dimensions: 1 | 3): ParsedIdx => {
  const refuse = (byte: number, expected: string, found: string): ParsedIdx => ({
    ok: false,
    damage: { byte, expected, found },
  });
  const magic = dimensions === 3 ? IMAGES : LABELS;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 4 && view.getUint32(0) !== magic) {
    return refuse(0, `the magic number ${hex(magic)}`, hex(view.getUint32(0)));
  }
  const header = 4 + 4 * dimensions;
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
  const values = sizes.reduce((product, size) => product * size, 1);
  if (bytes.length !== header + values) {
    const end = Math.min(bytes.length, header + values);
    return refuse(end, `${values} values after the header (${sizes.join(" x ")})`, `${bytes.length - header}`);
  }
  return { ok: true, dimensions: sizes, values: bytes.subarray(header) };
};

const hex = (number: number): string => `0x${number.toString(16).padStart(8, "0")}`;

/**
 * Reads a folder with the four files of MNIST, gzipped or not, named with `-idx3-ubyte` or `.idx3-ubyte`.
 * The classes are named by their labels, 0 to the greatest that the training images have. @throws InvalidInput on `dataset`
 */
export const readIdx = async ({ uri, path }: FileUri, budget: number): Promise<DatasetInMemory> => {
  if (!(await existing(uri, path)).isDirectory()) {
    const hint = "Name the folder that holds train-images-idx3-ubyte and the other three files.";
    throw invalidInput("dataset", uri, "a folder of IDX files", hint);
  }
  const names = await namesIn(uri, path);
  const train = await readPart({ uri, path, names, budget, prefix: "train" });
  const left = budget - train.pixels.byteLength;
  const test = await readPart({ uri, path, names, budget: left, prefix: "t10k" });
  if (train.height !== test.height || train.width !== test.width) {
    const sizes = `train ${train.width}x${train.height}, t10k ${test.width}x${test.height}`;
    throw invalidInput("dataset", uri, "images of one size", `They differ: ${sizes}. Use files of one dataset.`);
  }
  const classes = train.labels.reduce((most, label) => Math.max(most, label), 0) + 1;
  const beyond = test.labels.findIndex((label) => label >= classes);
  if (beyond >= 0) {
    const expected = `a label from 0 to ${classes - 1}, as in the training labels`;
    throw damaged(uri, { file: test.labelFile, byte: 8 + beyond, expected, found: String(test.labels[beyond]) });
  }
  return {
    classes: Array.from({ length: classes }, (_, label) => String(label)),
    height: train.height,
    width: train.width,
    channels: 1,
    train: { pixels: train.pixels, labels: train.labels },
    test: { pixels: test.pixels, labels: test.labels },
  };
};

type PartToRead = {
  readonly uri: string;
  readonly path: string;
  readonly names: readonly string[];
  readonly budget: number;
  readonly prefix: "train" | "t10k";
};

const readPart = async (
  part: PartToRead,
): Promise<LabelledImages & Omit<ImageShape, "channels"> & { readonly labelFile: string }> => {
  const { uri, prefix } = part;
  const imageFile = find(part, `${prefix}-images`, "idx3-ubyte");
  const labelFile = find(part, `${prefix}-labels`, "idx1-ubyte");
  const images = await parsed(part, imageFile, 3);
  const labels = await parsed(part, labelFile, 1);
  const [count = 0, height = 0, width = 0] = images.dimensions;
  if (labels.values.length !== count) {
    const expected = `${count} labels, one for each image of ${imageFile}`;
    throw damaged(uri, { file: labelFile, byte: 4, expected, found: String(labels.values.length) });
  }
  withinBudget(uri, images.values.byteLength, part.budget);
  return { pixels: images.values, labels: Uint16Array.from(labels.values), height, width, labelFile };
};

const parsed = async (
  { uri, budget }: PartToRead,
  file: string,
  dimensions: 1 | 3,
): Promise<Extract<ParsedIdx, { ok: true }>> => {
  const idx = parseIdx(await readWhole({ uri, file, budget }), dimensions);
  if (!idx.ok) throw damaged(uri, { file, ...idx.damage });
  return idx;
};

/** The file by any of its four names. */
const find = ({ uri, path, names }: PartToRead, stem: string, kind: string): string => {
  const candidates = ["", ".gz"].flatMap((end) => ["-", "."].map((joint) => `${stem}${joint}${kind}${end}`));
  const name = candidates.find((candidate) => names.includes(candidate));
  if (name !== undefined) return join(path, name);
  const hint = `${path} has none of ${candidates.join(", ")}. Put it there.`;
  throw invalidInput("dataset", uri, "a folder with the four IDX files of MNIST", hint);
};
