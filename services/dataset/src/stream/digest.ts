import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { type Dataset, imageBytes, type LabelledImages } from "../divide/dataset.js";

const IMAGES_A_PIECE = 4096;

/**
 * SHA-256, in hex, over the images and labels in use: height, width, channels, classes, and then for the training and the
 * test images their count and, image by image, the label and the pixels; numbers are little-endian, 32 bits. Equal digests
 * mean that two machines saw the same images under the same labels, however their files were packed.
 */
export const digest = async (dataset: Dataset, train: Uint32Array, test: Uint32Array): Promise<string> => {
  const hash = createHash("sha256");
  const number = Buffer.alloc(4);
  const add = (...values: readonly number[]) => {
    for (const value of values) {
      number.writeUInt32LE(value);
      hash.update(number);
    }
  };
  const size = imageBytes(dataset);
  const part = async ({ pixels, labels }: LabelledImages, images: Uint32Array) => {
    add(images.length);
    for (const [i, image] of images.entries()) {
      add(labels[image] ?? 0);
      hash.update(pixels.subarray(image * size, (image + 1) * size));
      if (i % IMAGES_A_PIECE === IMAGES_A_PIECE - 1) await setImmediate();
    }
  };
  add(dataset.height, dataset.width, dataset.channels, dataset.classes.length);
  await part(dataset.train, train);
  await part(dataset.test, test);
  return hash.digest("hex");
};
