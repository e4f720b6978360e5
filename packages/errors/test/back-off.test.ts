import { describe, expect, it } from "vitest";
import { backOff } from "../src/index.js";

describe("the wait before another try", () => {
  it("doubles with every failure, from the first", () => {
    expect([1, 2, 3, 4].map((failures) => backOff(failures, { first: 50, most: 10_000 }))).toEqual([50, 100, 200, 400]);
  });

  it("is never longer than the most, however often it failed", () => {
    expect([5, 6, 40, 2000].map((failures) => backOff(failures, { first: 100, most: 2000 }))).toEqual([
      1600, 2000, 2000, 2000,
    ]);
  });
});
