import { aSpec, simulate } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import { agreementOf, orderOfGoing, tau } from "../agreement.js";

const searches = [1, 2, 3, 4].map((seed) => simulate(aSpec({ seed }), { seed }).facts);

describe("the agreement of searches", () => {
  it("is 1 with itself, and about 0 where accuracies are drawn", () => {
    const [one = []] = searches;
    expect(agreementOf([one, one])).toMatchObject({ pairs: 1, tau: 1, sameLeft: 1 });
    const drawn = agreementOf(searches);
    expect(drawn.pairs).toBe(6);
    expect(Math.abs(drawn.tau)).toBeLessThan(0.15);
  });

  it("is by the round in which an operation goes, the one that is left after the last", () => {
    const [one = []] = searches;
    const order = orderOfGoing(one);
    expect(order).toHaveLength(28);
    for (const edge of order) expect(edge.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("leaves out ties", () => {
    expect(tau([1, 2, 3], [3, 2, 1])).toBe(-1);
    expect(tau([1, 1, 2], [1, 1, 5])).toBe(1);
    expect(tau([1, 1, 1], [1, 2, 3])).toBe(0);
  });
});
