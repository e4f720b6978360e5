import { aSpec, simulate } from "@bnas/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { outcomesOf, PUBLISHED, variantOutcomes } from "../src/index.js";
import { compare, wilson } from "../src/models/outcome.js";

const trained = (train: object) =>
  simulate(aSpec({ strategy: "given", genotype: PUBLISHED, train: { epochs: 4, ...train } }), { seed: 2 });

describe("what came of the networks", () => {
  it("is the answers after the last epoch, and the epoch of most, the first of equals", () => {
    const { search } = trained({ seeds: 2 });
    const outcomes = outcomesOf(search);
    expect(outcomes.map(({ model, epochs }) => [model, epochs])).toEqual([
      [1, 4],
      [2, 4],
    ]);
    for (const [index, { correct, total, best }] of outcomes.entries()) {
      const evaluated = search.models[index]?.epochs.map((epoch) => epoch.evaluated) ?? [];
      expect({ correct, total }).toEqual({ correct: evaluated[3]?.correct, total: evaluated[3]?.total });
      const counts = evaluated.map((one) => one?.correct ?? -1);
      expect(best).toEqual({ epoch: counts.indexOf(Math.max(...counts)) + 1, correct: Math.max(...counts) });
    }
  });

  it("is given by variant, the answer first, each but the random ones against the random ones", () => {
    const { search } = trained({ seeds: 2, randomRivals: 3, fullPrecisionTwin: true, publishedRival: true });
    const found = variantOutcomes(outcomesOf(search));
    expect(found.map(({ variant, accuracies }) => [variant, accuracies.length])).toEqual([
      ["answer", 2],
      ["random", 6],
      ["full-precision", 2],
      ["published", 2],
    ]);
    for (const { variant, againstRandom, mean, interval } of found) {
      expect(againstRandom === undefined).toBe(variant === "random");
      expect(interval.low).toBeLessThanOrEqual(mean);
      expect(interval.high).toBeGreaterThanOrEqual(mean);
    }
  });

  it("has no comparison where no random genotype was trained, and nothing where nothing was", () => {
    expect(variantOutcomes(outcomesOf(trained({ seeds: 1 }).search))[0]?.againstRandom).toBeUndefined();
    expect(variantOutcomes(outcomesOf(trained({ seeds: 0 }).search))).toEqual([]);
  });
});

describe("the comparison of two groups", () => {
  it("has the A12 and the exact two-sided p of Mann and Whitney's test", () => {
    // Of the 20 ways to choose 3 of 6, one puts all three on top and one all three at the bottom.
    expect(compare([4, 5, 6], [1, 2, 3])).toEqual({ a12: 1, p: 0.1 });
    expect(compare([1, 2, 3], [4, 5, 6])).toEqual({ a12: 0, p: 0.1 });
    expect(compare([2, 2], [2, 2, 2])).toEqual({ a12: 0.5, p: 1 });
  });

  it("counts pairs, ties half, as far as chance would go either way", () => {
    const group = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(group, group, (ones, others) => {
        const { a12, p } = compare(ones, others);
        const pairs = ones.flatMap((one) => others.map((other) => (one > other ? 1 : one === other ? 0.5 : 0)));
        expect(a12).toBeCloseTo(pairs.reduce((sum: number, pair) => sum + pair, 0) / pairs.length, 12);
        expect(compare(others, ones).a12).toBeCloseTo(1 - a12, 12);
        expect(compare(others, ones).p).toBeCloseTo(p, 12);
        expect(p).toBeCloseTo(byEnumeration(ones, others, a12), 12);
      }),
      { numRuns: 50 },
    );
  });
});

/** Every way to deal the values out again. */
const byEnumeration = (ones: readonly number[], others: readonly number[], a12: number): number => {
  const all = [...ones, ...others];
  let asFar = 0;
  let ways = 0;
  for (let chosen = 0; chosen < 2 ** all.length; chosen++) {
    const first = all.filter((_, i) => (chosen >> i) % 2 === 1);
    if (first.length !== ones.length) continue;
    const second = all.filter((_, i) => (chosen >> i) % 2 === 0);
    const pairs = first.flatMap((one) => second.map((other) => (one > other ? 2 : one === other ? 1 : 0)));
    const wins = pairs.reduce((sum: number, pair) => sum + pair, 0);
    ways += 1;
    if (Math.abs(wins - pairs.length) >= Math.abs(Math.round(2 * a12 * pairs.length) - pairs.length)) asFar += 1;
  }
  return asFar / ways;
};

describe("the interval of an accuracy", () => {
  it("is Wilson's: 0.951 to 1 for 75 of 75, 0.404 to 0.596 for 50 of 100", () => {
    const rounded = ({ low, high }: { low: number; high: number }) => [low.toFixed(3), high.toFixed(3)];
    expect(rounded(wilson(75, 75))).toEqual(["0.951", "1.000"]);
    expect(rounded(wilson(50, 100))).toEqual(["0.404", "0.596"]);
  });
});
