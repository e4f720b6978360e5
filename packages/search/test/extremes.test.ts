import { describe, expect, it } from "vitest";
import { greatestOf, leastOf } from "../src/index.js";

describe("the least and the greatest of numbers", () => {
  it("are those of Math.min and Math.max, of none and of NaN too", () => {
    for (const numbers of [[], [3], [2, -1, 5], [1, Number.NaN, 2]]) {
      expect(leastOf(numbers)).toBe(Math.min(...numbers));
      expect(greatestOf(numbers)).toBe(Math.max(...numbers));
    }
  });

  it("are found among more numbers than a call has room for", () => {
    const numbers = Array.from({ length: 1_000_000 }, (_, at) => (at * 7919) % 1_000_003);
    expect([leastOf(numbers), greatestOf(numbers)]).toEqual([0, 1_000_002]);
  });
});
