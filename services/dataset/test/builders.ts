import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { type InvalidInput, isInvalidInput } from "@bnas/errors";
import sharp, { type Sharp } from "sharp";
import { onTestFinished } from "vitest";
import { type Dataset, type DatasetInMemory, type DatasetPart, type Form, isStored } from "../src/divide/dataset.js";
import { AllowedRoots } from "../src/files/allowed-roots.js";
import { DataFiles } from "../src/files/data-files.js";
import { type Opening, openDataset } from "../src/read/open-dataset.js";
import type { PictureCache } from "../src/read/picture-cache.js";
import { PictureMemory } from "../src/read/picture-memory.js";
import { PictureReader } from "../src/read/picture-reader.js";

/** Opens a dataset as the service does. */
export const openIn = async (opening: Opening, budget: number, cache?: PictureCache): Promise<Dataset> =>
  openDataset(opening, budget, new PictureReader(await allFiles(), budget, new PictureMemory(budget), { cache }));

/** The way to all files that the user of this process may read, or to those below a root. */
export const allFiles = async (root = "/"): Promise<DataFiles> => new DataFiles(await AllowedRoots.of([root]));

/** A dataset that its reader reads whole. */
export async function openInMemory(uri: string, budget: number, imageSize = 0): Promise<DatasetInMemory> {
  const dataset = await openIn({ uri, imageSize, limit: 0, seed: 0 }, budget);
  if (isStored(dataset.train) || isStored(dataset.test)) throw new Error(`${uri} is not in memory`);
  return { ...dataset, train: dataset.train, test: dataset.test };
}

/** The pixels of all images of a part, one after the other, as the dataset has them. */
export async function pixelsOf(part: DatasetPart, form: Form = "framed"): Promise<Uint8Array> {
  if (!isStored(part)) return part.pixels;
  const pieces: Uint8Array[] = [];
  for (const image of part.labels.keys()) {
    const { pixels, at, height, width } = await part.read(image, form);
    pieces.push(pixels.subarray(at, at + height * width * 3));
  }
  return Uint8Array.from(Buffer.concat(pieces));
}

/** A folder for one test, with these files in it: path -> bytes. */
export async function folderOf(files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bnas-dataset-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [path, bytes] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
  return folder;
}

/** CIFAR records, `count` of them: labels take turns; pixel p of plane c of image i is i + 7p + 50c, modulo 256. */
export function cifar(count: number, classes = 10): Buffer {
  const labelBytes = classes === 100 ? 2 : 1;
  const bytes = Buffer.alloc(count * (labelBytes + 3072));
  for (let image = 0; image < count; image++) {
    const at = image * (labelBytes + 3072);
    bytes[at + labelBytes - 1] = image % classes;
    for (let value = 0; value < 3072; value++) {
      bytes[at + labelBytes + value] = (image + 7 * (value % 1024) + 50 * Math.floor(value / 1024)) & 255;
    }
  }
  return bytes;
}

/** An IDX file of bytes with these dimensions. */
export function idx(dimensions: readonly number[], values: readonly number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.writeUInt32BE(0x800 + dimensions.length);
  dimensions.forEach((size, index) => {
    header.writeUInt32BE(size, 4 + 4 * index);
  });
  return Buffer.concat([header, Buffer.from(values)]);
}

/** The four files of a small MNIST: images of 4x3 pixels, 12 to train and 6 to test, 3 classes. */
export function mnist(gzipped = false): Record<string, Buffer> {
  const values = (count: number) => Array.from({ length: count }, (_, value) => value % 251);
  const labels = (count: number) => Array.from({ length: count }, (_, image) => image % 3);
  const files = {
    "train-images-idx3-ubyte": idx([12, 4, 3], values(144)),
    "train-labels-idx1-ubyte": idx([12], labels(12)),
    "t10k-images-idx3-ubyte": idx([6, 4, 3], values(72)),
    "t10k-labels-idx1-ubyte": idx([6], labels(6)),
  };
  return Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => (gzipped ? [`${name}.gz`, gzipSync(bytes)] : [name, bytes])),
  );
}

export type Colour = { readonly r: number; readonly g: number; readonly b: number };

/** An image of one colour, to be encoded: `await plain(8, 8, colour).png().toBuffer()`. */
export const plain = (width: number, height: number, background: Colour): Sharp =>
  sharp({ create: { width, height, channels: 3, background } });

/** A folder of two classes with `count` images each, all 8x8 PNG: a/0.png red, b/0.png blue, ... */
export async function twoClasses(count: number): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {};
  for (let image = 0; image < count; image++) {
    const name = `${String(image).padStart(3, "0")}.png`;
    files[`a/${name}`] = await plain(8, 8, { r: 200 + image, g: 0, b: 0 })
      .png()
      .toBuffer();
    files[`b/${name}`] = await plain(8, 8, { r: 0, g: 0, b: 200 + image })
      .png()
      .toBuffer();
  }
  return files;
}

/** The refusal that an act ends in; fails if there is none or if it is another fault. */
export async function refusal(act: () => unknown): Promise<InvalidInput> {
  try {
    await act();
  } catch (error) {
    if (isInvalidInput(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
