/** Four 32-bit words. */
export type State = [number, number, number, number];

/**
 * The generator xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2018): gives whole numbers
 * from 0 to 2^32 - 1, with a period of 2^128 - 1.
 */
export const xoshiro128 = ([a, b, c, d]: State): (() => number) => {
  // The state of all zeros would stay so.
  if ((a | b | c | d) === 0) a = 1;
  return () => {
    const scrambled = Math.imul(b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
};
