import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearest } from "../src/index.js";

describe("the nearest word", () => {
  it.each([
    ["cifar100", "cifar100"],
    ["cifer10", "cifar10"],
    ["CIFAR10", "cifar10"],
    ["shape", "shapes"],
    ["smok", "smoke"],
    ["", "idx"],
  ])("to %j is %j: fewest letters put in, taken out and changed", (word, known) => {
    expect(nearest(word, ["idx", "cifar10", "cifar100", "shapes", "smoke"])).toBe(known);
  });

  it("is the first of several that are as near", () => {
    expect(nearest("b", ["a", "c"])).toBe("a");
  });

  it("is found by the first 200 letters, so that megabytes cost no more than a line", () => {
    const words = ["a".repeat(150), "b".repeat(150)];
    fc.assert(
      fc.property(fc.string({ minLength: 200, maxLength: 200 }), fc.string(), (word, rest) => {
        expect(nearest(word + rest, words)).toBe(nearest(word, words));
      }),
    );
    expect(nearest("b".repeat(5_000_000), words)).toBe(words[1]);
  });
});
