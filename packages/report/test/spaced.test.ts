import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spaced } from "../src/spaced.js";

describe("spaced positions", () => {
  it("are the wishes when these are far enough apart", () => {
    expect(spaced([0, 10, 25], [5, 5])).toEqual([0, 10, 25]);
  });

  it("share a conflict evenly", () => {
    expect(spaced([10, 10], [4])).toEqual([8, 12]);
    expect(spaced([], [])).toEqual([]);
  });

  it("keep their distances, and no small move of one makes them better", () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 20 })), {
          minLength: 1,
          maxLength: 7,
        }),
        (pairs) => {
          const wishes = pairs.map(([wish]) => wish);
          const apart = pairs.slice(1).map(([, distance]) => distance);
          const found = spaced(wishes, apart);
          const keeps = (at: readonly number[]) => apart.every((d, i) => (at[i + 1] ?? 0) - (at[i] ?? 0) >= d - 1e-9);
          const cost = (at: readonly number[]) => at.reduce((sum, y, i) => sum + (y - (wishes[i] ?? 0)) ** 2, 0);
          expect(keeps(found)).toBe(true);
          for (const [index] of found.entries()) {
            for (const step of [-0.01, 0.01]) {
              // Moving a block from here on, or alone: both must break a distance or cost more.
              const alone = found.map((y, i) => (i === index ? y + step : y));
              const block = found.map((y, i) => (i >= index ? y + step : y));
              for (const moved of [alone, block]) {
                if (keeps(moved)) expect(cost(moved)).toBeGreaterThanOrEqual(cost(found) - 1e-9);
              }
            }
          }
        },
      ),
      { numRuns: 200 },
    ));
});
