import type { Request } from "../form/consumer.js";

/** The floats of a file, little-endian as they were written. */
export const floatsIn = (bytes: Uint8Array): Float32Array => new Float32Array(new Uint8Array(bytes).buffer);

/** Values that lie one after the other, by name. @throws RangeError when they are not as many as were wanted */
export const valuesIn = (
  floats: Float32Array,
  images: number,
  values: Request["values"],
): ReadonlyMap<string, Float32Array> => {
  const wanted = values.reduce((sum, { size }) => sum + images * size, 0);
  if (floats.length !== wanted) throw new RangeError(`a consumer gave ${floats.length} numbers, not ${wanted}`);
  let at = 0;
  return new Map(
    values.map(({ name, size }) => {
      const from = at;
      at += images * size;
      return [name, floats.subarray(from, at)];
    }),
  );
};
