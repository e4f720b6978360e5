/**
 * Numbers from -2 to 1 as INT2 of ONNX (opset 25): two bits each in two's complement, four in a byte, the first in its lowest bits. The
 * last byte is filled up with zeros.
 * @example
 * ```ts
 * import { packInt2 } from "@bnas/export";
 *
 * packInt2(Int8Array.of(1, -1, 0, 1, -2)); // => Uint8Array.of(0b01_00_11_01, 0b10)
 * ```
 */
export const packInt2 = (values: Int8Array): Uint8Array => {
  const packed = new Uint8Array(Math.ceil(values.length / 4));
  for (const [place, value] of values.entries()) {
    const byte = place >> 2;
    packed[byte] = (packed[byte] ?? 0) | ((value & 0b11) << (2 * (place % 4)));
  }
  return packed;
};

/**
 * Signs, two in a number from -2 to 1: `2 * number + 1 = 2 * first + second`, so the first is the sign of that, and the second what is left.
 * First are those of the first half of the signs, second those of the other; an odd one has +1 beside it.
 */
export const pairSigns = (signs: Int8Array): Int8Array => {
  const pairs = new Int8Array(Math.ceil(signs.length / 2));
  return pairs.map((_, i) => (2 * (signs[i] ?? 1) + (signs[pairs.length + i] ?? 1) - 1) / 2);
};
