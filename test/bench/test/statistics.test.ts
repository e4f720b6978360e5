import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { median, ratioOf } from "../gate/statistics.js";

describe("the median", () => {
  it("is the middle value, whatever their order", () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it("of an even number of values is the mean of the two in the middle", () => {
    expect(median([4, 100, 1, 2])).toBe(3);
  });

  it("is no number where there is no value", () => {
    expect(median([])).toBeNaN();
  });

  it("lies between the least and the greatest value, and leaves the values as they are", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1 }), (values) => {
        const before = [...values];
        const found = median(values);
        expect(found).toBeGreaterThanOrEqual(Math.min(...values));
        expect(found).toBeLessThanOrEqual(Math.max(...values));
        expect(values).toEqual(before);
      }),
    );
  });
});

describe("the ratio of a row", () => {
  it("is the median of the ratios of its pairs, not the ratio of the medians", () => {
    const pairs = [
      { measured: 2, reference: 1 },
      { measured: 30, reference: 10 },
      { measured: 40, reference: 10 },
    ];
    expect(ratioOf(pairs)).toBe(3);
  });

  it("stays the same when a machine is slower for both halves of some pairs", () => {
    const steady = Array.from({ length: 7 }, () => ({ measured: 6, reference: 2 }));
    const slower = steady.map((pair, i) => (i % 2 === 0 ? pair : { measured: 5 * 6, reference: 5 * 2 }));
    expect(ratioOf(slower)).toBe(ratioOf(steady));
  });

  it("does not move for one pair that was disturbed", () => {
    const pairs = [2, 2, 2, 2, 900].map((measured) => ({ measured, reference: 1 }));
    expect(ratioOf(pairs)).toBe(2);
  });
});
