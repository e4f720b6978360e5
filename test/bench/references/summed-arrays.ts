import type { Work } from "../gate/cost.js";

/** Floats of an array: 2 MiB. */
const LENGTH = 2 ** 19;
const ARRAYS = 6;

/**
 * Weighted sums of two arrays of 524,288 floats as a plain loop in one thread, over six arrays in turn: arithmetic on more memory than
 * the nearest caches hold, as a training step is. So other work on the machine, which takes caches away, slows both alike. (A product
 * of two small matrices stayed as quick as ever where a step took 1.7 times as long.)
 * @param units sums that one call makes
 */
export const summedArrays = (units: number): Work => {
  const arrays = Array.from({ length: ARRAYS }, (_, array) =>
    Float32Array.from({ length: LENGTH }, (_, index) => ((31 * index + array) % 17) / 17),
  );
  const at = (i: number): Float32Array => arrays[i % ARRAYS] ?? new Float32Array(LENGTH);
  return {
    units,
    run() {
      for (let sum = 0; sum < units; sum++) add(at(sum), at(sum + 1), at(sum + 2));
    },
  };
};

const add = (sum: Float32Array, one: Float32Array, other: Float32Array): void => {
  for (let index = 0; index < sum.length; index++) sum[index] = (one[index] ?? 0) + 0.5 * (other[index] ?? 0);
};
