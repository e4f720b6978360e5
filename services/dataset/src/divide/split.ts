import { invalidInput } from "@bnas/errors";
import { stream } from "@bnas/search";
import { byClass, draw, proportions } from "./stratified.js";

/** What decides the splits, with the labels of the training images (paper.md section 5). */
export type SplitSettings = {
  /** Of the dataset, for errors. */
  readonly uri: string;
  readonly seed: number;
  /** 0 uses all training images. */
  readonly limit: number;
  readonly reductionImages: number;
  /** Whether no half has a reduction image. */
  readonly disjointReduction: boolean;
};

const SPLITS = ["weight", "strength", "reduction", "train", "test"] as const;
export type SplitName = (typeof SPLITS)[number];

/** Image numbers of each split, in rising order: of the training part, but for `test` of the test part. */
export type Splits = Readonly<Record<SplitName, Uint32Array>>;

/** Each half needs an image of every class. */
const LEAST_A_CLASS = 2;

/**
 * The splits of a search: the training images in use in two halves for weights and strengths, disjoint and stratified; the
 * reduction images drawn, stratified, from all training images in use, so that they may lie in either half ("5,000 random training
 * images evaluate the reduction"), or, if they are to be disjoint, in neither; `train` is all training images in use; `test` all test
 * images. A function of its arguments.
 * @throws InvalidInput on `data.limit`, `data.reductionImages` or `dataset`
 */
export const split = (
  labels: ArrayLike<number>,
  classes: number,
  testImages: number,
  { uri, seed, limit, reductionImages, disjointReduction }: SplitSettings,
): Splits => {
  const train = limitTraining(labels, classes, { seed, limit });
  const all = byClass(labels, classes, train);
  const whole = { path: "dataset", value: uri };
  requireTwoEach(all, whole, "training images", "Add images of this class, or remove it.");
  if (reductionImages > train.length) {
    throw invalidInput(
      "data.reductionImages",
      reductionImages,
      `a whole number up to ${train.length}, the training images in use`,
      "Evaluate on fewer images, or raise data.limit.",
    );
  }
  const sizes = all.map(({ length }) => length);
  const reduction = draw(all, proportions(sizes, reductionImages, 0), (label) =>
    stream(seed, "dataset", "reduction", label),
  );
  const apart = new Set(disjointReduction ? reduction : []);
  const halved = train.filter((image) => !apart.has(image));
  const members = byClass(labels, classes, halved);
  requireTwoEach(
    members,
    { path: "data.reductionImages", value: reductionImages },
    "images beside the reduction images",
    "Evaluate on fewer, or on shared ones.",
  );
  const weight = draw(members, halves(members), (label) => stream(seed, "dataset", "halves", label));
  const inWeight = new Set(weight);
  return {
    weight,
    strength: halved.filter((image) => !inWeight.has(image)),
    reduction,
    train,
    test: Uint32Array.from({ length: testImages }, (_, image) => image),
  };
};

/** @throws InvalidInput on `path` when a class has too few images for two halves */
const requireTwoEach = (
  members: readonly (readonly number[])[],
  { path, value }: { readonly path: string; readonly value: unknown },
  what: string,
  hint: string,
): void => {
  const small = members.findIndex(({ length }) => length < LEAST_A_CLASS);
  if (small < 0) return;
  throw invalidInput(
    path,
    value,
    `${LEAST_A_CLASS} ${what} or more of every class`,
    `Class ${small} has ${members[small]?.length}. One half of them trains weights, the other strengths. ${hint}`,
  );
};

/**
 * The training images in use: all, or `limit` of them, stratified and drawn by seed. A limit beyond the images is no limit.
 * @throws InvalidInput on `data.limit` if it leaves no two images a class
 */
export const limitTraining = (
  labels: ArrayLike<number>,
  classes: number,
  { seed, limit }: Pick<SplitSettings, "seed" | "limit">,
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
