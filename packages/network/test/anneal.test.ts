import { describe, expect, it } from "vitest";
import { annealedRate } from "../src/train/anneal.js";

const ratesOf = (steps: number) => Array.from({ length: steps }, (_, step) => annealedRate(2, step, steps));

describe("the rate within an epoch of a sample by the fair protocol", () => {
  it("is the rate for 60 % of the steps, 0.3 of it for 25 % and 0.05 of it for 15 %", () => {
    const rates = ratesOf(100);
    expect(rates.slice(0, 60)).toEqual(Array(60).fill(2));
    expect(rates.slice(60, 85)).toEqual(Array(25).fill(0.6));
    expect(rates.slice(85)).toEqual(Array(15).fill(0.1));
  });

  it("never rises, and begins at the rate, however few the steps", () => {
    for (let steps = 1; steps <= 40; steps++) {
      const rates = ratesOf(steps);
      expect(rates[0]).toBe(2);
      expect(rates).toEqual(rates.toSorted((a, b) => b - a));
    }
  });
});
