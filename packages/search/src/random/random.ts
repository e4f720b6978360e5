import { nth } from "../nth.js";
import { ln } from "./logarithm.js";
import { type State, xoshiro128 } from "./xoshiro128.js";

/** One stream of random numbers. Every call takes the next numbers, so a stream has a position. */
export interface Stream {
  /** The next number in [0, 1), a multiple of 2^-32. */
  next(): number;
  /** The next whole number from 0 to n - 1, each as likely as another. n is from 1 to 2^32. */
  below(n: number): number;
  /** The items in random order, in a new array (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** The next number of the normal distribution with mean 0 and variance 1 (Marsaglia's polar method). */
  gaussian(): number;
}

/**
 * The stream of a seed with these names: `stream(seed, "sample", round, pass)`. Streams of other names are independent of it, so a
 * new use of randomness never moves an old one. The generator is xoshiro128** (Blackman and Vigna, 2018) on 32-bit integers; the
 * rest uses only what IEEE 754 rounds correctly, so every machine draws the same.
 * @param seed from 0 to 2^32 - 1
 * @example
 * ```ts
 * import { stream } from "@bnas/search";
 *
 * const numbers = stream(7, "example");
 * numbers.below(6) < 6; // => true
 * // The same seed and names give the same numbers, anywhere.
 * stream(7, "example").shuffle([1, 2, 3]).join() === stream(7, "example").shuffle([1, 2, 3]).join(); // => true
 * ```
 */
export const stream = (seed: number, ...names: readonly (string | number)[]): Stream => {
  const bits = xoshiro128(keyOf(seed, names));
  let spare: number | undefined;

  const next = () => bits() / 2 ** 32;

  const below = (n: number): number => {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32)
      throw new RangeError(`below(${n}): n is a whole number from 1 to 2^32`);
    // The last, incomplete run of n numbers would favour the small ones.
    const complete = 2 ** 32 - (2 ** 32 % n);
    let drawn = bits();
    while (drawn >= complete) drawn = bits();
    return drawn % n;
  };

  const shuffle = <T>(items: readonly T[]): T[] => {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = below(last + 1);
      const moved = nth(shuffled, last);
      shuffled[last] = nth(shuffled, other);
      shuffled[other] = moved;
    }
    return shuffled;
  };

  const gaussian = (): number => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    for (;;) {
      const u = 2 * next() - 1;
      const v = 2 * next() - 1;
      const square = u * u + v * v;
      if (square > 0 && square < 1) {
        const scale = Math.sqrt((-2 * ln(square)) / square);
        spare = v * scale;
        return u * scale;
      }
    }
  };

  return { next, below, shuffle, gaussian };
};

/** 128 bits of (seed, names): four FNV-1a hashes from different beginnings, each finished as MurmurHash3 does. */
const keyOf = (seed: number, names: readonly (string | number)[]): State => {
  // JSON keeps ("a", "b") apart from ("ab") and 1 from "1".
  const text = JSON.stringify([seed, ...names]);
  const hash = (beginning: number): number => {
    let h = beginning;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
  };
  return [hash(0x811c9dc5), hash(0x9e3779b9), hash(0x243f6a88), hash(0xb7e15162)];
};
