import { endianness } from "node:os";

const swapped = endianness() === "BE";

/** Values as bytes, 4 each: IEEE 754 single precision, little-endian on every machine. A copy. */
export const bytesOf = (values: Float32Array): Uint8Array => {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const copy = Buffer.from(bytes);
  return swapped ? copy.swap32() : copy;
};

/** The reverse of `bytesOf`. A copy, because a blob need not begin where a float may. @param bytes a multiple of 4 */
export const valuesOf = (bytes: Uint8Array): Float32Array => {
  const copy = Uint8Array.from(bytes);
  if (swapped) Buffer.from(copy.buffer).swap32();
  return new Float32Array(copy.buffer);
};
