import { invalidInput, nearest } from "@bnas/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkGenotype, parseNetwork, parseSpec } from "../src/index.js";

describe("an error of input", () => {
  it("shows a long value by its beginning, never by half of a character", () => {
    for (let before = 0; before < 4; before++) {
      const { message } = invalidInput("field", `${"x".repeat(before)}${"🦉".repeat(100)}`, "less", "Take less.");
      // Half a character has no URI, and an error with one could not be sent.
      expect(() => encodeURI(message)).not.toThrow();
      expect(message).toMatch(/^field: "x*(🦉)+\.\.\. is not allowed; it takes less\. Take less\.$/u);
    }
  });

  it("shows what is no JSON, too", () => {
    const itself: Record<string, unknown> = {};
    itself.self = itself;
    for (const [value, shown] of [
      [10n, "10"],
      [itself, "[object Object]"],
      [undefined, "undefined"],
      [[1n], "[object Array]"],
    ]) {
      expect(invalidInput("field", value, "x", "y").message).toContain(`field: ${shown} is`);
    }
  });
});

describe("values of any kind", () => {
  const anything = fc.anything({ withBigInt: true, withNullPrototype: true });

  it("are refused as words of a spec, a network and a genotype by an error of input", () => {
    const itself: Record<string, unknown> = Object.create(null);
    const refused = (act: () => unknown) => expect(act).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    fc.assert(
      fc.property(fc.oneof(anything, fc.constant(itself)), (value) => {
        fc.pre(value !== undefined);
        refused(() => parseSpec({ preset: value }));
        refused(() => parseSpec({ strategy: value }));
        refused(() => parseNetwork({ normal: Array.from({ length: 14 }, () => value), reduce: [] }));
        refused(() => checkGenotype({ normal: Array.from({ length: 8 }, () => [value, 0]) }));
      }),
    );
  });
});

describe("the nearest word", () => {
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
