import { describe, expect, it } from "vitest";
import { checkRow, TRIES, verdictOf } from "../gate/check.js";
import { remark } from "../gate/table.js";

const range = { least: 1, usual: 2, most: 3, comment: "five runs" };

/** Gives these ratios, try by try, and counts the tries. */
const ratiosInTurn = (...ratios: number[]) => {
  const left = [...ratios];
  return async () => left.shift() ?? Number.NaN;
};

describe("a ratio", () => {
  it.each([
    [0.99, "better"],
    [1, "within"],
    [3, "within"],
    [3.01, "worse"],
    [Number.NaN, "worse"],
    [Number.POSITIVE_INFINITY, "worse"],
  ])("of %d is %s", (ratio, verdict) => {
    expect(verdictOf(ratio, range)).toBe(verdict);
  });
});

describe("a row that is checked", () => {
  it("is tried once where its ratio is within its range", async () => {
    expect(await checkRow(range, ratiosInTurn(2, 9))).toEqual({ ratios: [2], verdict: "within" });
  });

  it("passes where one of three tries is within its range", async () => {
    expect(await checkRow(range, ratiosInTurn(9, 8, 2.5))).toEqual({ ratios: [9, 8, 2.5], verdict: "within" });
  });

  it("fails where three tries are worse than its range, and is not tried again", async () => {
    expect(await checkRow(range, ratiosInTurn(9, 8, 7, 2))).toEqual({ ratios: [9, 8, 7], verdict: "worse" });
    expect(TRIES).toBe(3);
  });

  it("passes where its ratio is better than its range", async () => {
    expect(await checkRow(range, ratiosInTurn(0.5))).toEqual({ ratios: [0.5], verdict: "better" });
  });
});

describe("what is said of a row", () => {
  it("that is worse names the row, its ratios, its range, the file, and what to do", () => {
    const said = remark("fold", { ratios: [9, 8, 7.123], verdict: "worse" }, range, "ranges.json");
    for (const part of ["fold", "9.00, 8.00, 7.12", "1.00 to 3.00", "npm run bench -- fold", "ranges.json"]) {
      expect(said).toContain(part);
    }
  });

  it("that is better asks for a new range", () => {
    expect(remark("fold", { ratios: [0.5], verdict: "better" }, range, "ranges.json")).toContain("set the new range");
  });

  it("that is within its range is nothing", () => {
    expect(remark("fold", { ratios: [2], verdict: "within" }, range, "ranges.json")).toBeUndefined();
  });
});
