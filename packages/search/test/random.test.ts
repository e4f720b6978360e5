import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stream } from "../src/index.js";
import { ln } from "../src/random/logarithm.js";
import { xoshiro128 } from "../src/random/xoshiro128.js";

const MASK = 0xffff_ffffn;

/** xoshiro128** as its authors define it, on whole numbers without end. */
const bigXoshiro = (state: readonly number[], count: number): number[] => {
  let [s0 = 0n, s1 = 0n, s2 = 0n, s3 = 0n] = state.map(BigInt);
  const rotate = (x: bigint, k: bigint) => ((x << k) | (x >> (32n - k))) & MASK;
  return Array.from({ length: count }, () => {
    const result = (rotate((s1 * 5n) & MASK, 7n) * 9n) & MASK;
    const t = (s1 << 9n) & MASK;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = rotate(s3, 11n);
    return Number(result);
  });
};

/** The words that a stream's generator starts from: FNV-1a over the JSON of (seed, names), finished as MurmurHash3 does. */
const bigKey = (seed: number, names: readonly (string | number)[]): number[] =>
  [0x811c9dc5n, 0x9e3779b9n, 0x243f6a88n, 0xb7e15162n].map((beginning) => {
    let h = beginning;
    for (const letter of JSON.stringify([seed, ...names]))
      h = ((h ^ BigInt(letter.charCodeAt(0))) * 0x01000193n) & MASK;
    h = ((h ^ (h >> 16n)) * 0x85ebca6bn) & MASK;
    h = ((h ^ (h >> 13n)) * 0xc2b2ae35n) & MASK;
    return Number(h ^ (h >> 16n));
  });

const take = <T>(count: number, next: () => T): T[] => Array.from({ length: count }, next);

describe("xoshiro128**", () => {
  it("gives the numbers that its authors' definition gives", () => {
    // 2 * 5 = 10, rotated by 7 is 1280, times 9.
    expect(xoshiro128([1, 2, 3, 4])()).toBe(11520);
    const word = fc.nat(0xffff_ffff);
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), (state) => {
        fc.pre(state.some((one) => one !== 0));
        expect(take(20, xoshiro128([...state]))).toEqual(bigXoshiro(state, 20));
      }),
    );
  });

  it("does not stay at zero", () => {
    expect(take(10, xoshiro128([0, 0, 0, 0])).some((one) => one !== 0)).toBe(true);
  });
});

describe("a stream", () => {
  it("is the generator begun from the seed and the names", () => {
    const expected = bigXoshiro(bigKey(7, ["sample", 3, "a"]), 50).map((word) => word / 2 ** 32);
    const { next } = stream(7, "sample", 3, "a");
    expect(take(50, next)).toEqual(expected);
  });

  it("differs from the streams of other seeds, names and numbers", () => {
    const firsts = [
      stream(0, "a"),
      stream(1, "a"),
      stream(0, "b"),
      stream(0, "a", "b"),
      stream(0, "ab"),
      stream(0, "a", 1),
    ]
      .concat([stream(0, "a", "1"), stream(0, "a", 1, 2), stream(0, "a", 12), stream(0)])
      .map((one) => take(4, one.next).join());
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  it("draws each whole number below n about as often as another", () => {
    const drawn = stream(1, "below");
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) {
      const number = drawn.below(7);
      counts[number] = (counts[number] ?? 0) + 1;
    }
    // Four standard deviations of a binomial count are 370.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(370);
  });

  it("refuses to draw below what is no whole number from 1 to 2^32", () => {
    for (const n of [0, -1, 1.5, 2 ** 32 + 1, Number.NaN]) expect(() => stream(0).below(n)).toThrow(RangeError);
    expect(stream(0).below(1)).toBe(0);
  });

  it("shuffles into a new array that holds the same items", () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.nat(), (items, seed) => {
        const before = [...items];
        const shuffled = stream(seed, "shuffle").shuffle(items);
        expect(items).toEqual(before);
        expect(shuffled.toSorted()).toEqual(items.toSorted());
      }),
    );
  });

  it("puts every order of three items about as often as another", () => {
    const drawn = stream(2, "orders");
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = drawn.shuffle(["a", "b", "c"]).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  it("draws normal numbers of mean 0 and variance 1, a third of them beyond one deviation", () => {
    const { gaussian } = stream(3, "normal");
    const numbers = take(50_000, gaussian);
    const mean = numbers.reduce((one, other) => one + other, 0) / numbers.length;
    const variance = numbers.reduce((sum, one) => sum + (one - mean) ** 2, 0) / numbers.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
    expect(numbers.filter((one) => Math.abs(one) > 1).length / numbers.length).toBeCloseTo(0.3173, 2);
    expect(numbers.filter((one) => Math.abs(one) > 3).length / numbers.length).toBeCloseTo(0.0027, 3);
  });
});

describe("our logarithm", () => {
  it("is that of the platform within 1e-15 of its size", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
        expect(Math.abs(ln(x) - Math.log(x))).toBeLessThanOrEqual(1e-15 * Math.max(1, Math.abs(Math.log(x))));
      }),
    );
    expect(ln(1)).toBe(0);
  });
});

describe("a number below another", () => {
  it("favours none: of three thirds of the range each has its share, though 2^32 is no multiple", () => {
    const n = 3 * 2 ** 30;
    const random = stream(1);
    const counts = [0, 0, 0];
    for (let i = 0; i < 3000; i++) {
      const third = Math.floor(random.below(n) / 2 ** 30);
      counts[third] = (counts[third] ?? 0) + 1;
    }
    // With the incomplete run the first third would have half of all: 1,500.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
