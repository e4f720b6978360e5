import { describe, expect, it } from "vitest";
import { foretold, overSeeds, partsOf, shares, withError } from "../parts.js";
import type { Result } from "../results.js";

const result = (over: Partial<Result>): Result => ({
  ...{ schedule: "constant", network: 0, order: 0, reduction: [], fresh: [0, 100], seconds: [2, 1, 1] },
  ...over,
});

/** Networks of 10, 20 and 30 %, and one point more in each later order; the second chunk says the same as the first. */
const results = [0, 1, 2].flatMap((network) => [
  result({
    schedule: "untrained",
    network,
    reduction: [
      [30 - network, 100],
      [5, 100],
    ],
    fresh: [1, 100],
  }),
  ...[0, 1].map((order) => {
    const correct = 10 * (network + 1) + order;
    return result({
      network,
      order,
      reduction: [
        [correct, 100],
        [correct, 100],
      ],
      fresh: [correct, 100],
    });
  }),
]);

describe("the parts of a folder's results", () => {
  it("are of the scores in points, with as many chunks as are taken", () => {
    const parts = partsOf(results, "constant", 1);
    expect(parts).toMatchObject({ accuracy: 20.5, network: 100, rest: 0, worth: 100 });
    expect(parts.order).toBeCloseTo(0.5, 10);
    expect(parts.counting).toBeCloseTo((20.5 * 79.5) / 100, 10);
    expect(partsOf(results, "constant", 2).counting).toBeCloseTo((20.5 * 79.5) / 200, 10);
  });

  it("leave out an order that is not done yet", () => {
    const begun = [
      ...results,
      result({
        network: 0,
        order: 2,
        reduction: [
          [99, 100],
          [99, 100],
        ],
      }),
    ];
    expect(partsOf(begun, "constant", 2)).toEqual(partsOf(results, "constant", 2));
  });

  it("give the network's share with an order for each sample, and with one for all", () => {
    const { own, same } = shares({ accuracy: 50, worth: 3, network: 3, order: 5, rest: 2, counting: 1 });
    expect(own).toBeCloseTo(0.3, 12);
    expect(same).toBeCloseTo(0.6, 12);
  });

  it("have no error where all seeds are the same, and one where they are not", () => {
    const parts = partsOf(results, "constant", 1);
    expect(withError([parts, parts], ({ worth }) => worth)).toEqual({ value: 100, error: 0 });
    const other = { ...parts, worth: 50 };
    expect(withError([parts, other], ({ worth }) => worth)).toEqual({ value: 75, error: 25 });
    expect(overSeeds([parts, other]).worth).toBe(75);
  });

  it("say how well the accuracy before training tells that after it", () => {
    expect(foretold(results, "constant", 1)).toBeCloseTo(-1, 10);
  });
});
