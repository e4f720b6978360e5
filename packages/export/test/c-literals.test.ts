import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cFloat, cText, packBits } from "../src/c/c-literals.js";

describe("a literal of C", () => {
  it("is the same float when it is read", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = cFloat(value);
        expect(text).toMatch(/^-?\d+(\.\d+)?(e[+-]\d+)?f$/);
        expect(text).toMatch(/[.e]/);
        expect(Math.fround(Number(text.slice(0, -1)))).toBe(value + 0);
      }),
    );
  });

  it("is a text without quotes, trigraphs and letters beyond ASCII in it", () => {
    expect(cText('a "cat"')).toBe('"a \\042cat\\042"');
    expect(cText("what??=")).toBe('"what\\077\\077="');
    expect(cText("Käfer1")).toBe('"K\\303\\244fer1"');
  });

  it("has signs as bits, the first in the lowest bit", () => {
    expect(packBits(Int8Array.of(1, -1, 1, 1, -1, -1, -1, -1, 1))).toEqual(Uint8Array.of(0b0000_1101, 1));
  });
});
