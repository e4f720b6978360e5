import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalQuantile, normalScores } from "../src/estimate/normal-scores.js";
import { exp } from "../src/random/exponential.js";

describe("the quantile of the normal distribution", () => {
  it.each([
    // Tables of the normal distribution, to 15 digits.
    [0.5, 0],
    [0.75, 0.674489750196082],
    [0.9, 1.2815515655446],
    [0.95, 1.64485362695147],
    [0.975, 1.95996398454005],
    [0.98, 2.05374891063182],
    [0.99, 2.32634787404084],
    [0.999, 3.09023230616781],
    [0.99999, 4.26489079392282],
  ])("of %d is %d, and of the rest to 1 its negative", (p, quantile) => {
    expect(Math.abs(normalQuantile(p) - quantile)).toBeLessThanOrEqual(1.2e-9 * quantile);
    expect(Math.abs(normalQuantile(1 - p) + quantile)).toBeLessThanOrEqual(1.2e-9 * quantile);
  });

  it("rises, across the ends of its two formulas too", () => {
    let before = Number.NEGATIVE_INFINITY;
    for (let step = 1; step < 10_000; step++) {
      const quantile = normalQuantile(step / 10_000);
      expect(quantile).toBeGreaterThan(before);
      before = quantile;
    }
  });
});

describe("normal scores", () => {
  it("are the quantiles of the middles of the ranks", () => {
    expect(normalScores([30, 10, 20])).toEqual([5 / 6, 1 / 6, 3 / 6].map(normalQuantile));
    expect(normalScores([7])).toEqual([0]);
    expect(normalScores([])).toEqual([]);
  });

  it("of equals are one: the quantile of the mean of their ranks", () => {
    expect(normalScores([1, 5, 5, 9])).toEqual([1 / 8, 4 / 8, 4 / 8, 7 / 8].map(normalQuantile));
    expect(normalScores([2, 2, 2])).toEqual([0, 0, 0]);
  });

  it("depend on the order of the numbers alone, not on their distances nor on the order in which they come", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 40 }), (numbers) => {
        const scores = normalScores(numbers);
        expect(normalScores(numbers.map((number) => number ** 3 / 7))).toEqual(scores);
        expect(normalScores(numbers.toReversed()).toReversed()).toEqual(scores);
      }),
    );
  });
});

describe("the exponential", () => {
  it("is within 1e-14 of Math.exp, relatively, from -700 to 700", () => {
    // Denser near 0, where most decisions are.
    const numbers = Array.from({ length: 20_001 }, (_, step) => (step - 10_000) / 10_000).flatMap((x) => [
      700 * x,
      9 * x ** 3,
    ]);
    for (const x of numbers) expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(1e-14);
  });

  it("of 0 is 1, of less than -700 is 0, and of more than a double holds is infinite", () => {
    expect([0, -701, Number.NEGATIVE_INFINITY, 710].map(exp)).toEqual([1, 0, 0, Number.POSITIVE_INFINITY]);
  });
});
