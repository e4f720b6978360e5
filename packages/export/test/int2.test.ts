import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packInt2 } from "../src/index.js";
import { pairSigns } from "../src/onnx/int2.js";

describe("numbers packed as INT2", () => {
  it("are four in a byte, the first in its lowest bits, in two's complement", () => {
    expect(packInt2(Int8Array.of(1, -1, 0, 1, -2))).toEqual(Uint8Array.of(0b01_00_11_01, 0b10));
  });

  it("can be read back, whatever they are", () => {
    const numbers = fc.array(fc.constantFrom(-2, -1, 0, 1), { maxLength: 40 });
    fc.assert(
      fc.property(numbers, (values) => {
        const packed = packInt2(Int8Array.from(values));
        const read = values.map((_, i) => ((((packed[i >> 2] ?? 0) >> (2 * (i % 4))) & 0b11) << 30) >> 30);
        expect(read).toEqual(values);
        expect(packed.length).toBe(Math.ceil(values.length / 4));
      }),
    );
  });
});

describe("signs, two in a number of INT2", () => {
  it("can be read back: the first half by the sign of 2 * number + 1, the other by what is left", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(1, -1), { maxLength: 40 }), (signs) => {
        const pairs = [...pairSigns(Int8Array.from(signs))];
        expect(pairs.every((pair) => pair >= -2 && pair <= 1)).toBe(true);
        const sums = pairs.map((pair) => 2 * pair + 1);
        const first = sums.map(Math.sign);
        const second = sums.map((sum, i) => sum - 2 * (first[i] ?? 0));
        expect([...first, ...second].slice(0, signs.length)).toEqual(signs);
        expect(pairs.length).toBe(Math.ceil(signs.length / 2));
      }),
    );
  });
});
