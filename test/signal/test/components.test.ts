import { stream } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { componentsOf, worthOf } from "../components.js";

/** Many tables of given variances, and the mean of what is found in them. */
const found = (network: number, order: number, rest: number) => {
  const random = stream(1, "tables");
  const tables = 400;
  const sums = { network: 0, order: 0, rest: 0, worth: 0 };
  for (let table = 0; table < tables; table++) {
    const worth = Array.from({ length: 8 }, () => network * random.gaussian());
    const orders = Array.from({ length: 4 }, () => order * random.gaussian());
    const scores = worth.map((one) => orders.map((other) => one + other + rest * random.gaussian()));
    // Other images: what counting adds there is not what it adds here, but the luck of a training is the same in both.
    const fresh = scores.map((row) => row.map((score) => score + random.gaussian()));
    const parts = componentsOf(scores);
    sums.network += parts.network / tables;
    sums.order += parts.order / tables;
    sums.rest += parts.rest / tables;
    sums.worth += worthOf(scores, fresh) / tables;
  }
  return sums;
};

describe("the parts of a table of scores", () => {
  it("are on average the variances that it was made of", () => {
    const { network, order, rest, worth } = found(2, 3, 1);
    expect(network / 4).toBeCloseTo(1, 0);
    expect(order / 9).toBeCloseTo(1, 0);
    expect(rest).toBeCloseTo(1, 1);
    expect(worth / 4).toBeCloseTo(1, 0);
  });

  it("are luck alone where all networks are equal, and no worth is found in it", () => {
    const { network, rest, worth } = found(0, 1, 2);
    expect(Math.abs(network)).toBeLessThan(0.15);
    expect(rest / 4).toBeCloseTo(1, 1);
    expect(Math.abs(worth)).toBeLessThan(0.15);
  });

  it("are those that a person finds by hand", () => {
    // Means of rows 2 and 4, of columns 2.5 and 3.5, of all 3: no rest.
    expect(
      componentsOf([
        [1.5, 2.5],
        [3.5, 4.5],
      ]),
    ).toEqual({ network: 2, order: 0.5, rest: 0 });
  });

  it("need two networks and two orders", () => {
    expect(() => componentsOf([[1, 2]])).toThrow(/two networks/);
  });
});
