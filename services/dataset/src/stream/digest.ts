import { createHash } from "node:crypto";
import { type Dataset, type DatasetPart, imageBytes, isStored } from "../divide/dataset.js";
import { filesAtOnce } from "../read/files-at-once.js";
import { forEachPicture } from "./for-each-picture.js";

/**
 * SHA-256, in hex, over the images and labels in use: height, width, channels, classes, and then for the training and the
 * test images their count and, image by image, the label and the pixels; numbers are little-endian, 32 bits. Equal digests
 * mean that two machines saw the same images under the same labels, however their files were packed.
 */
export const digest = async (dataset: Dataset, train: Uint32Array, test: Uint32Array): Promise<string> => {
  const { hash, add } = numbered();
  const size = imageBytes(dataset);
  const over = async (part: DatasetPart, images: Uint32Array) => {
    add(images.length);
    await forEachPicture(part, images, size, ({ pixels, at }, image) => {
      add(part.labels[image] ?? 0);
      hash.update(pixels.subarray(at, at + size));
    });
  };
  add(dataset.height, dataset.width, dataset.channels, dataset.classes.length);
  await over(dataset.train, train);
  await over(dataset.test, test);
  return hash.digest("hex");
};

/** The digest of files begins with this text, so that it never equals one of pixels. */
const OF_FILES = "bnas files 1\n";

/** Files between two updates of the hash. */
const FILES_A_PIECE = 4096;

/**
 * SHA-256, in hex, over the files in use, none of which is decoded: as `digest`, with the SHA-256 of its file in the place of the pixels of an
 * image. The name of a file is not in it. Equal digests mean that two machines had the same files under the same labels; what they saw is
 * the same if their decoder is. That of images that do not lie in files of their own is that of their pixels.
 */
export const fileDigest = async (dataset: Dataset, train: Uint32Array, test: Uint32Array): Promise<string> => {
  const { hash, add } = numbered();
  const over = async (part: DatasetPart, images: Uint32Array): Promise<boolean> => {
    if (!isStored(part)) return false;
    add(images.length);
    for (let from = 0; from < images.length; from += FILES_A_PIECE) {
      const piece = Array.from(images.subarray(from, from + FILES_A_PIECE));
      const digests = await filesAtOnce(piece, (image) => part.fileDigest(image));
      for (const [i, image] of piece.entries()) {
        add(part.labels[image] ?? 0);
        hash.update(Buffer.from(digests[i] ?? "", "hex"));
      }
    }
    return true;
  };
  hash.update(OF_FILES);
  add(dataset.height, dataset.width, dataset.channels, dataset.classes.length);
  const inFiles = (await over(dataset.train, train)) && (await over(dataset.test, test));
  return inFiles ? hash.digest("hex") : digest(dataset, train, test);
};

/** A hash, and what adds numbers to it. */
const numbered = () => {
  const hash = createHash("sha256");
  const number = Buffer.alloc(4);
  const add = (...values: readonly number[]) => {
    for (const value of values) {
      number.writeUInt32LE(value);
      hash.update(number);
    }
  };
  return { hash, add };
};
