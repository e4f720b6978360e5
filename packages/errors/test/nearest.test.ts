import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearest } from "../src/index.js";

/** Levenshtein's distance as it is defined: slow, and plainly right. */
const edits = (from: string, to: string): number => {
  if (from === "" || to === "") return from.length + to.length;
  const rest = edits(from.slice(1), to.slice(1));
  if (from[0] === to[0]) return rest;
  return 1 + Math.min(rest, edits(from.slice(1), to), edits(from, to.slice(1)));
};

describe("the nearest word", () => {
  it("is the first of those that the fewest edits separate from it", () => {
    const short = fc.stringMatching(/^[abc]{0,5}$/);
    fc.assert(
      fc.property(short, fc.array(short, { minLength: 1, maxLength: 4 }), (word, known) => {
        const fewest = Math.min(...known.map((one) => edits(word, one)));
        expect(nearest(word, known)).toBe(known.find((one) => edits(word, one) === fewest));
      }),
    );
  });

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

  it("is found whether letters are small or capital", () => {
    expect(nearest("SMOKE", ["abcde", "smoke"])).toBe("smoke");
    expect(nearest("out", ["abc", "OUT"])).toBe("OUT");
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
