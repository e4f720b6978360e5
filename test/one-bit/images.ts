import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { invalidInput } from "@bnas/errors";
import { type DatasetName, TEST_IMAGES } from "./recipe.js";

const FASHION = "/usr/share/datasets/fashion-mnist";
const CIFAR = join(import.meta.dirname, "..", "..", "..", "shared", "data", "cifar10");

/**
 * The dataset URI of a column. Of Fashion-MNIST's 10,000 test images the first 2,000 are taken, which are written to the folder once.
 * @throws InvalidInput when the images are not on this machine
 */
export const imagesOf = (dataset: DatasetName, folder: string): string => {
  if (dataset === "cifar10") {
    requireFolder(CIFAR, "Lay data_batch_1.bin and test_batch.bin of CIFAR-10 there.");
    return `cifar10:${CIFAR}`;
  }
  requireFolder(FASHION, "Install the Debian package dataset-fashion-mnist.");
  const own = join(folder, "fashion-mnist");
  if (!existsSync(own)) writeCut(own);
  return `idx:${own}`;
};

const requireFolder = (folder: string, hint: string): void => {
  if (!existsSync(folder)) throw invalidInput("--dataset", folder, "a folder of images", hint);
};

const writeCut = (folder: string): void => {
  const made = `${folder}.new`;
  mkdirSync(made, { recursive: true });
  for (const file of ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"]) {
    copyFileSync(join(FASHION, file), join(made, file));
  }
  for (const [file, header, bytes] of [
    ["t10k-images-idx3-ubyte", 16, 28 * 28],
    ["t10k-labels-idx1-ubyte", 8, 1],
  ] as const) {
    const cut = gunzipSync(readFileSync(join(FASHION, `${file}.gz`))).subarray(0, header + TEST_IMAGES * bytes);
    // How many there are is the second number of an IDX file.
    cut.writeUInt32BE(TEST_IMAGES, 4);
    writeFileSync(join(made, file), cut);
  }
  renameSync(made, folder);
};
