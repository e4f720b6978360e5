import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resized, taps } from "../src/read/resize.js";

const dataset = (height: number, width: number, channels: number, pixels: readonly number[]) => ({
  classes: ["a", "b"],
  height,
  width,
  channels,
  train: { pixels: Uint8Array.from(pixels), labels: Uint16Array.of(0) },
  test: { pixels: new Uint8Array(0), labels: new Uint16Array(0) },
});

describe("resizing", () => {
  it("gives every output pixel shares of source pixels that lie inside and sum to 1", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 60 }),
        (shorter, more, side) => {
          for (const { first, shares } of taps(shorter + more, side, side / shorter)) {
            expect(first).toBeGreaterThanOrEqual(0);
            expect(first + shares.length).toBeLessThanOrEqual(shorter + more);
            expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
          }
        },
      ),
    );
  });

  it("leaves images of that size as they are", async () => {
    const same = dataset(2, 2, 1, [1, 2, 3, 4]);
    expect(await resized(same, 2)).toBe(same);
  });

  it("keeps a plain colour plain", async () => {
    const { train } = await resized(dataset(5, 7, 3, new Array(35).fill([10, 20, 30]).flat()), 9);
    expect([...train.pixels]).toEqual(new Array(81).fill([10, 20, 30]).flat());
  });

  it("averages when it shrinks: no source pixel is passed over", async () => {
    // Every fourth column is white: a fourth of the light, wherever an output pixel lies.
    const stripes = Array.from({ length: 256 }, (_, i) => (i % 4 === 0 ? 255 : 0));
    const { train } = await resized(dataset(16, 16, 1, stripes), 4);
    for (const value of [...train.pixels].filter((_, i) => i % 4 === 1 || i % 4 === 2)) expect(value).toBe(64);
  });

  it("interpolates when it enlarges", async () => {
    const { train } = await resized(dataset(2, 2, 1, [0, 100, 0, 100]), 4);
    expect([...train.pixels.subarray(0, 4)]).toEqual([0, 25, 75, 100]);
  });

  it("crops the longer side around its centre", async () => {
    const { train } = await resized(dataset(2, 4, 1, [1, 50, 60, 9, 1, 50, 60, 9]), 2);
    expect([...train.pixels]).toEqual([50, 60, 50, 60]);
  });
});
