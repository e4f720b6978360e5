import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packInt2 } from "../src/index.js";

describe("signs packed as INT2", () => {
  it("are four in a byte, the first in its lowest bits, -1 as 11", () => {
    expect(packInt2(Int8Array.of(1, -1, 1, 1, -1))).toEqual(Uint8Array.of(0b01_01_11_01, 0b11));
  });

  it("can be read back, whatever they are", () => {
    const signs = fc.array(fc.constantFrom(1, -1), { maxLength: 40 });
    fc.assert(
      fc.property(signs, (values) => {
        const packed = packInt2(Int8Array.from(values));
        const read = values.map((_, i) => ((((packed[i >> 2] ?? 0) >> (2 * (i % 4))) & 0b11) << 30) >> 30);
        expect(read).toEqual(values);
        expect(packed.length).toBe(Math.ceil(values.length / 4));
      }),
    );
  });
});
