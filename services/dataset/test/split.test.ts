import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countByClass } from "../src/divide/dataset.js";
import { holdOut } from "../src/divide/hold-out.js";
import { limitTraining, split } from "../src/divide/split.js";
import { proportions } from "../src/divide/stratified.js";
import { refusal } from "./builders.js";

/** Labels of 2 to 6 classes with 2 to 40 images each, mixed. */
const labelled = fc.array(fc.integer({ min: 2, max: 40 }), { minLength: 2, maxLength: 6 }).chain((sizes) =>
  fc.record({
    classes: fc.constant(sizes.length),
    labels: fc.shuffledSubarray(
      sizes.flatMap((size, label) => new Array<number>(size).fill(label)),
      { minLength: sizes.reduce((sum, size) => sum + size, 0) },
    ),
  }),
);
const seeds = fc.integer({ min: 0, max: 0xffff_ffff });
const settings = { uri: "folder:x", seed: 0, limit: 0, reductionImages: 0, disjointReduction: false };
const byImages = (labels: ArrayLike<number>, images: Uint32Array, classes: number) =>
  countByClass(
    Array.from(images, (image) => labels[image] ?? -1),
    classes,
  );

describe("the splits of a search", () => {
  it("halve the training images into disjoint parts that make up the whole", () => {
    fc.assert(
      fc.property(labelled, seeds, ({ labels, classes }, seed) => {
        const { weight, strength, train } = split(labels, classes, 5, { ...settings, seed });
        expect([...weight, ...strength].sort((a, b) => a - b)).toEqual([...train]);
        expect(train).toHaveLength(labels.length);
        expect(Math.abs(weight.length - strength.length)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("give each half as many images of a class as the other, give or take one", () => {
    fc.assert(
      fc.property(labelled, seeds, ({ labels, classes }, seed) => {
        const { weight, strength } = split(labels, classes, 5, { ...settings, seed });
        const strengths = byImages(labels, strength, classes);
        for (const [label, count] of byImages(labels, weight, classes).entries()) {
          expect(Math.abs(count - (strengths[label] ?? 0))).toBeLessThanOrEqual(1);
          expect(count).toBeGreaterThan(0);
        }
      }),
    );
  });

  it("draw the reduction images from all training images in use, in proportion to the classes", () => {
    fc.assert(
      fc.property(labelled, seeds, fc.double({ min: 0, max: 1, noNaN: true }), ({ labels, classes }, seed, share) => {
        const reductionImages = Math.floor(labels.length * share);
        const { reduction, train } = split(labels, classes, 5, { ...settings, seed, reductionImages });
        expect(new Set(reduction).size).toBe(reductionImages);
        expect([...reduction].every((image) => train.includes(image))).toBe(true);
        const sizes = countByClass(labels, classes);
        for (const [label, count] of byImages(labels, reduction, classes).entries()) {
          const fair = (reductionImages * (sizes[label] ?? 0)) / labels.length;
          expect(Math.abs(count - fair)).toBeLessThan(1);
        }
      }),
    );
  });

  it("let reduction images lie in both halves, as the paper draws them from all training images", () => {
    const labels = Array.from({ length: 200 }, (_, image) => image % 2);
    const { weight, strength, reduction } = split(labels, 2, 1, { ...settings, reductionImages: 50 });
    expect([...reduction].some((image) => weight.includes(image))).toBe(true);
    expect([...reduction].some((image) => strength.includes(image))).toBe(true);
  });

  it("leave disjoint reduction images out of both halves, which share the rest, and draw the very ones that would be shared", () => {
    const labels = Array.from({ length: 203 }, (_, image) => image % 3);
    const shared = split(labels, 3, 1, { ...settings, reductionImages: 50 });
    const { weight, strength, reduction, train } = split(labels, 3, 1, {
      ...settings,
      reductionImages: 50,
      disjointReduction: true,
    });
    expect(reduction).toEqual(shared.reduction);
    expect(train).toEqual(shared.train);
    expect([...weight, ...strength, ...reduction].sort((a, b) => a - b)).toEqual([...train]);
    expect(Math.abs(weight.length - strength.length)).toBeLessThanOrEqual(1);
  });

  it("refuse disjoint reduction images that leave a class too few for two halves", async () => {
    const labels = Array.from({ length: 12 }, (_, image) => image % 2);
    const plan = { ...settings, disjointReduction: true };
    expect(split(labels, 2, 1, { ...plan, reductionImages: 8 }).weight).toHaveLength(2);
    const error = await refusal(() => split(labels, 2, 1, { ...plan, reductionImages: 9 }));
    expect(error.field).toBe("data.reductionImages");
    expect(error.message).toMatch(
      /^data.reductionImages: \d+ is not allowed; it takes 2 images beside .*Class 0 has 1\./,
    );
  });

  it("are the same for the same seed and others for another", () => {
    const labels = Array.from({ length: 60 }, (_, image) => image % 3);
    const one = split(labels, 3, 5, { ...settings, seed: 1, limit: 30, reductionImages: 9 });
    expect(split(labels, 3, 5, { ...settings, seed: 1, limit: 30, reductionImages: 9 })).toEqual(one);
    const other = split(labels, 3, 5, { ...settings, seed: 2, limit: 30, reductionImages: 9 });
    expect(other.train).not.toEqual(one.train);
    const halves = [1, 2].map((seed) => split(labels, 3, 5, { ...settings, seed }).weight);
    expect(halves[0]).not.toEqual(halves[1]);
  });

  it("halve the same images whatever the number of reduction images", () => {
    const labels = Array.from({ length: 60 }, (_, image) => image % 3);
    const halves = [0, 9, 60].map((reductionImages) => split(labels, 3, 5, { ...settings, reductionImages }).weight);
    expect(halves[1]).toEqual(halves[0]);
    expect(halves[2]).toEqual(halves[0]);
  });

  it("test on all test images", () => {
    expect([...split([0, 0, 1, 1], 2, 3, settings).test]).toEqual([0, 1, 2]);
  });

  it("keep to a limit, stratified, with two images or more of every class", () => {
    fc.assert(
      fc.property(labelled, seeds, fc.double({ min: 0, max: 1, noNaN: true }), ({ labels, classes }, seed, share) => {
        const limit = 2 * classes + Math.floor((labels.length - 2 * classes) * share);
        const images = limitTraining(labels, classes, { seed, limit });
        expect(new Set(images).size).toBe(limit);
        expect(Math.min(...byImages(labels, images, classes))).toBeGreaterThanOrEqual(2);
      }),
    );
  });

  it("use all images when the limit is larger", () => {
    expect(limitTraining([0, 1, 0, 1], 2, { seed: 3, limit: 1000 })).toHaveLength(4);
  });

  it("refuse a limit that leaves no two images a class, on data.limit", async () => {
    const error = await refusal(() => limitTraining([0, 1, 0, 1, 0, 1], 2, { seed: 3, limit: 3 }));
    expect(error).toMatchObject({ field: "data.limit", value: 3 });
    expect(error.message).toContain("4 or more for 2 classes");
  });

  it("refuse more reduction images than training images, on data.reductionImages", async () => {
    const error = await refusal(() => split([0, 1, 0, 1], 2, 1, { ...settings, reductionImages: 5 }));
    expect(error).toMatchObject({ field: "data.reductionImages", value: 5 });
    expect(error.message).toContain("up to 4");
  });

  it("refuse a class with one training image, which only one half could see", async () => {
    const error = await refusal(() => split([0, 0, 1], 2, 1, settings));
    expect(error.field).toBe("dataset");
    expect(error.message).toMatch(/^dataset: "folder:x" is not allowed.*Class 1 has 1\./);
  });
});

describe("proportions", () => {
  it("go by largest remainders, ties to the lower class", () => {
    expect(proportions([10, 10, 10], 10, 0)).toEqual([4, 3, 3]);
    expect(proportions([50, 30, 20], 7, 0)).toEqual([4, 2, 1]);
  });

  it("take from the richest class what a poor one needs", () => {
    expect(proportions([1000, 3, 2], 10, 2)).toEqual([6, 2, 2]);
  });
});

describe("the hold-out", () => {
  it("is a fifth of every class, the same at every call", () => {
    const labels = Array.from({ length: 60 }, (_, image) => (image < 40 ? 0 : 1));
    const { train, test } = holdOut(labels, 2);
    expect(byImages(labels, test, 2)).toEqual([8, 4]);
    expect([...train, ...test].sort((a, b) => a - b)).toEqual(labels.map((_, image) => image));
    expect(holdOut(labels, 2).test).toEqual(test);
  });

  it("takes one image of a class of two and none of a class of one", () => {
    const labels = [0, 0, 1];
    expect(byImages(labels, holdOut(labels, 2).test, 2)).toEqual([1, 0]);
  });
});
