import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AnswerCounter } from "../src/index.js";

const NAMES = ["a", "b", "c", "d", "e", "f", "g"];
const reportOf = (logits: readonly number[], labels: readonly number[], names = NAMES) => {
  const counter = new AnswerCounter(names);
  counter.add(Float32Array.from(logits), labels);
  return counter.report();
};

describe("the report of a model", () => {
  it("counts right answers, by class and in the matrix of confusions", () => {
    const { images, correct, classes, confusion } = reportOf([3, 1, 0, 2, 0, 5, 1, 1], [0, 1, 0, 1], ["cat", "dog"]);
    expect({ images, correct }).toEqual({ images: 4, correct: 2 });
    expect(classes).toEqual([
      { name: "cat", images: 2, correct: 1 },
      { name: "dog", images: 2, correct: 1 },
    ]);
    // Of equal logits the first answers: the last dog was called a cat.
    expect(confusion).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  it("counts a class among the five largest logits, of equals the lower class first", () => {
    expect(reportOf([7, 6, 5, 4, 3, 2, 1], [4]).top5).toBe(1);
    expect(reportOf([7, 6, 5, 4, 3, 2, 1], [5]).top5).toBe(0);
    expect(reportOf([0, 0, 0, 0, 0, 0, 0], [4]).top5).toBe(1);
    expect(reportOf([0, 0, 0, 0, 0, 0, 0], [5]).top5).toBe(0);
    expect(reportOf([1, 0, 0], [2], ["a", "b", "c"]).top5).toBeNull();
  });

  it("has the mean cross-entropy, and the distance of confidence from being right", () => {
    // Two classes at a probability of 3/4: one of two answers is right.
    const { loss, calibrationError } = reportOf([Math.log(3), 0, Math.log(3), 0], [0, 1], ["a", "b"]);
    expect(loss).toBeCloseTo((Math.log(4 / 3) + Math.log(4)) / 2, 6);
    expect(calibrationError).toBeCloseTo(0.25, 6);
    expect(reportOf([100, 0, 0, 100], [0, 1], ["a", "b"]).calibrationError).toBeCloseTo(0, 6);
  });

  it("is the same however the images are batched", () => {
    const logit = fc.integer({ min: -4, max: 4 });
    fc.assert(
      fc.property(
        fc.array(fc.array(logit, { minLength: 7, maxLength: 7 }), { minLength: 1, maxLength: 12 }),
        (rows) => {
          const labels = rows.map((_, i) => i % 7);
          const counter = new AnswerCounter(NAMES);
          for (const [i, row] of rows.entries()) counter.add(Float32Array.from(row), [labels[i] ?? 0]);
          expect(counter.report()).toEqual(reportOf(rows.flat(), labels));
        },
      ),
    );
  });
});
