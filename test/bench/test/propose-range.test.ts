import { describe, expect, it } from "vitest";
import { verdictOf } from "../gate/check.js";
import { proposeRange } from "../gate/propose-range.js";

const range = { ...proposeRange([2.2, 1.9, 2, 2.6, 1.8]), comment: "five tries" };

describe("the range that tries give", () => {
  it("lies around their median, whatever their order", () => {
    expect(range).toMatchObject({ least: 1, usual: 2, most: 3, worst: 2.6 });
  });

  it("lets a disturbed try pass", () => {
    expect(verdictOf(range.worst, range)).toBe("within");
  });

  it("lets no cost pass that has doubled, also when a try is a quarter better than usual", () => {
    expect(verdictOf(2 * range.usual, range)).toBe("worse");
    expect(verdictOf(0.76 * 2 * range.usual, range)).toBe("worse");
  });
});
