import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binomial, stream } from "../src/index.js";

/** The terms as they are written down: choose(n, k) p^k (1 - p)^(n - k). */
const term = (n: number, rate: number, k: number): number => {
  let value = 1;
  for (let i = 0; i < k; i++) value *= (n - i) / (i + 1);
  return value * rate ** k * (1 - rate) ** (n - k);
};

describe("the binomial distribution", () => {
  it("has the probabilities of its terms", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (n, rate) => {
        const { atLeast } = binomial(n, rate);
        let sum = 0;
        for (let k = n; k >= 0; k--) {
          sum += term(n, rate, k);
          expect(atLeast(k)).toBeCloseTo(sum, 10);
        }
        expect(atLeast(n + 1)).toBe(0);
      }),
    );
  });

  it("has at a share of it the least number that so many of its draws do not exceed", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (n, rate, u) => {
          const { atLeast, quantile } = binomial(n, rate);
          const k = quantile(u);
          expect(Number.isInteger(k) && k >= 0 && k <= n).toBe(true);
          expect(1 - atLeast(k + 1)).toBeGreaterThan(u - 1e-12);
          expect(1 - atLeast(k)).toBeLessThanOrEqual(u + 1e-12);
        },
      ),
    );
  });

  it("has the next number at exactly the share of those below it", () => {
    expect([0, 0.499, 0.5, 0.999].map(binomial(1, 0.5).quantile)).toEqual([0, 0, 1, 1]);
  });

  it("is certain where every answer is right, or none", () => {
    expect([0, 0.5, 0.999].map(binomial(12, 1).quantile)).toEqual([12, 12, 12]);
    expect([0, 0.5, 0.999].map(binomial(12, 0).quantile)).toEqual([0, 0, 0]);
    expect([binomial(12, 1).atLeast(12), binomial(12, 0).atLeast(1)]).toEqual([1, 0]);
  });

  it("stays small whatever number of answers facts name", () => {
    const { atLeast, quantile } = binomial(Number.MAX_SAFE_INTEGER, 0.5);
    expect([0, 0.5, 0.999].every((u) => Number.isSafeInteger(quantile(u)))).toBe(true);
    expect([atLeast(0), atLeast(Number.MAX_SAFE_INTEGER)]).toEqual([1, 0]);
  });

  it("draws with its mean and variance, of a million answers too", () => {
    const random = stream(1, "draws");
    const { quantile } = binomial(1_000_000, 0.3);
    const draws = Array.from({ length: 2000 }, () => quantile(random.next()));
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    const variance = draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / draws.length;
    expect(Math.abs(mean - 300_000)).toBeLessThan(4 * Math.sqrt(210_000 / 2000));
    expect(variance / 210_000).toBeGreaterThan(0.85);
    expect(variance / 210_000).toBeLessThan(1.15);
  });
});
