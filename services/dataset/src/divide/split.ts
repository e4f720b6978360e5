import { invalidInput } from "@bnas/errors";
import { stream } from "@bnas/search";
import { byClass, draw, proportions } from "./stratified.js";

/** What decides the splits, with the labels of the training images (paper.md section 5). `limit` 0 uses all of them. */
export type SplitSettings = { readonly seed: number; readonly limit: number; readonly reductionImages: number };

const SPLITS = ["weight", "strength", "reduction", "train", "test"] as const;
export type SplitName = (typeof SPLITS)[number];

/** Image numbers of each split, in rising order: of the training part, but for `test` of the test part. */
export type Splits = Readonly<Record<SplitName, Uint32Array>>;

/** Each half needs an image of every class. */
const LEAST_A_CLASS = 2;

/**
 * The splits of a search: the training images in use in two halves for weights and strengths, disjoint and stratified; the
 * reduction images drawn, stratified, from all training images in use, so that they may lie in either half ("5,000 random training
 * images evaluate the reduction"); `train` is both halves; `test` all test images. A function of its arguments.
 * @throws InvalidInput on `data.limit`, `data.reductionImages` or `dataset`
 */
export const split = (
  labels: ArrayLike<number>,
  classes: number,
  testImages: number,
  { seed, limit, reductionImages }: SplitSettings,
): Splits => {
  const train = limitTraining(labels, classes, { seed, limit });
  const members = byClass(labels, classes, train);
  const small = members.findIndex(({ length }) => length < LEAST_A_CLASS);
  if (small >= 0) {
    throw invalidInput(
      "dataset",
      `${members[small]?.length} training images of class ${small}`,
      `${LEAST_A_CLASS} training images or more of every class`,
      "One half of them trains weights, the other strengths: add images of this class.",
    );
  }
  if (reductionImages > train.length) {
    throw invalidInput(
      "data.reductionImages",
      reductionImages,
      `a whole number up to ${train.length}, the training images in use`,
      "Evaluate on fewer images, or raise data.limit.",
    );
  }
  const weight = draw(members, halves(members), (label) => stream(seed, "dataset", "halves", label));
  const inWeight = new Set(weight);
  const sizes = members.map(({ length }) => length);
  return {
    weight,
    strength: train.filter((image) => !inWeight.has(image)),
    reduction: draw(members, proportions(sizes, reductionImages, 0), (label) =>
      stream(seed, "dataset", "reduction", label),
    ),
    train,
    test: Uint32Array.from({ length: testImages }, (_, image) => image),
  };
};

/**
 * The training images in use: all, or `limit` of them, stratified and drawn by seed. A limit beyond the images is no limit.
 * @throws InvalidInput on `data.limit` if it leaves no two images a class
 */
export const limitTraining = (
  labels: ArrayLike<number>,
  classes: number,
  { seed, limit }: Omit<SplitSettings, "reductionImages">,
): Uint32Array => {
  if (limit === 0 || limit >= labels.length) return Uint32Array.from({ length: labels.length }, (_, image) => image);
  if (limit < classes * LEAST_A_CLASS) {
    throw invalidInput(
      "data.limit",
      limit,
      `0 for all images, or ${classes * LEAST_A_CLASS} or more for ${classes} classes`,
      "Each half needs an image of every class.",
    );
  }
  const members = byClass(labels, classes);
  const sizes = members.map(({ length }) => length);
  return draw(members, proportions(sizes, limit, LEAST_A_CLASS), (label) => stream(seed, "dataset", "limit", label));
};

/** Images of each class in the weight half. The odd image of a class goes to either half in turn, so that halves are equal. */
const halves = (members: readonly (readonly number[])[]): number[] => {
  let odd = 0;
  return members.map(({ length }) => Math.floor(length / 2) + (length % 2 === 1 && odd++ % 2 === 0 ? 1 : 0));
};
