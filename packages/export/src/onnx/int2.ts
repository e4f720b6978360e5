/**
 * +1 and -1 as INT2 of ONNX (opset 25): two bits each in two's complement, four in a byte, the first in its lowest bits. The last byte is
 * filled up with zeros.
 * @example
 * ```ts
 * import { packInt2 } from "@bnas/export";
 *
 * packInt2(Int8Array.of(1, -1, 1, 1, -1)); // => Uint8Array.of(0b01_01_11_01, 0b11)
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
