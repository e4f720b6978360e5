import { stream } from "@bnas/search";
import type { LabelledImages } from "./dataset.js";
import { byClass, draw } from "./stratified.js";

/** The share of each class that is held out: one image in so many. */
const ONE_IN = 5;

/**
 * Divides a dataset that has no test images of its own: a fifth of every class (at least one image where it has two) is
 * held out for testing. The same files always give the same test images: no seed of a search moves them.
 */
export const holdOut = (labels: ArrayLike<number>, classes: number): { train: Uint32Array; test: Uint32Array } => {
  const members = byClass(labels, classes);
  const counts = members.map(({ length }) => (length < 2 ? 0 : Math.max(1, Math.floor(length / ONE_IN))));
  const test = draw(members, counts, (label) => stream(0, "dataset", "hold-out", label));
  const held = new Set(test);
  const train = Uint32Array.from({ length: labels.length }, (_, image) => image).filter((image) => !held.has(image));
  return { train, test };
};

/** The images of a part by their numbers, copied. @param size bytes of an image */
export const take = (part: LabelledImages, images: Uint32Array, size: number): LabelledImages => {
  const pixels = new Uint8Array(images.length * size);
  images.forEach((image, i) => {
    pixels.set(part.pixels.subarray(image * size, (image + 1) * size), i * size);
  });
  return { pixels, labels: Uint16Array.from(images, (image) => part.labels[image] ?? 0) };
};
