import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawArea, flipInPlace, writeArea } from "../src/stream/area.js";
import { augment, drawChange, fits, UNCHANGED } from "../src/stream/augment.js";
import { refusal } from "./builders.js";

const epoch = { seed: 1, split: "train", epoch: 3 } as const;
const sides = fc.record({ height: fc.integer({ min: 1, max: 300 }), width: fc.integer({ min: 1, max: 300 }) });

describe("the area of a random-resized crop", () => {
  it("lies inside of the image, whatever its sides are", () => {
    fc.assert(
      fc.property(sides, fc.nat(), fc.constantFrom(0.01, 0.08, 0.5, 1), (image, index, least) => {
        const { top, left, height, width } = drawArea(epoch, index, least, image);
        expect(Math.min(top, left)).toBeGreaterThanOrEqual(0);
        expect(Math.min(height, width)).toBeGreaterThan(0);
        expect(top + height).toBeLessThanOrEqual(image.height);
        expect(left + width).toBeLessThanOrEqual(image.width);
      }),
    );
  });

  it("has a share of 8 % to all of the image and sides of 3:4 to 4:3, each part of both ranges about as often", () => {
    const image = { height: 1000, width: 1000 };
    const areas = Array.from({ length: 4000 }, (_, index) => drawArea(epoch, index, 0.08, image));
    const shares = areas.map(({ height, width }) => (height * width) / 1e6);
    const ratios = areas.map(({ height, width }) => width / height);
    expect(Math.min(...shares)).toBeGreaterThan(0.079);
    expect(Math.max(...shares)).toBeGreaterThan(0.97);
    expect(Math.min(...ratios)).toBeGreaterThan(0.74);
    expect(Math.max(...ratios)).toBeLessThan(1.35);
    // As wide as high or wider in every second; shares above about nine tenths fit rarely unless the area is square.
    expect(ratios.filter((ratio) => ratio > 1).length / 4000).toBeCloseTo(0.5, 1);
    const small = shares.filter((share) => share < 0.44).length / shares.filter((share) => share < 0.8).length;
    expect(small).toBeCloseTo(0.5, 1);
  });

  it("is the middle of an image that is too narrow for any, in the nearest ratio", () => {
    expect(drawArea(epoch, 0, 1, { height: 10, width: 100 })).toEqual({ top: 0, left: 43, height: 10, width: 13 });
    expect(drawArea(epoch, 0, 1, { height: 100, width: 9 })).toEqual({ top: 44, left: 0, height: 12, width: 9 });
  });

  it("is another for another image, epoch, split and seed, and the same for the same", () => {
    const image = { height: 64, width: 64 };
    const one = drawArea(epoch, 5, 0.08, image);
    expect(drawArea({ ...epoch }, 5, 0.08, image)).toEqual(one);
    for (const of of [
      { ...epoch, epoch: 4 },
      { ...epoch, seed: 2 },
      { ...epoch, split: "weight" as const },
    ]) {
      expect(drawArea(of, 5, 0.08, image)).not.toEqual(one);
    }
    expect(drawArea(epoch, 6, 0.08, image)).not.toEqual(one);
  });
});

describe("an area that is written", () => {
  const source = { pixels: Uint8Array.from({ length: 48 }, (_, value) => value), at: 0, width: 4 };
  const written = (area: { top: number; left: number; height: number; width: number }, side: number): number[] => {
    const pixels = new Uint8Array(side * side * 3);
    writeArea(source, { pixels, at: 0 }, { height: side, width: side, channels: 3 }, area);
    return [...pixels];
  };

  it("is its own pixels where it has the size of the image", () => {
    expect(written({ top: 1, left: 2, height: 2, width: 2 }, 2)).toEqual([
      18, 19, 20, 21, 22, 23, 30, 31, 32, 33, 34, 35,
    ]);
  });

  it("is scaled: enlarged by straight lines between its pixels, shrunk to means, and nothing beside it is seen", () => {
    expect(written({ top: 0, left: 0, height: 1, width: 1 }, 2)).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    const [red] = written({ top: 0, left: 0, height: 4, width: 4 }, 1);
    expect(red).toBe(23);
  });

  it("flips twice to what it was", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.constantFrom(1, 3), (width, channels) => {
        const pixels = Uint8Array.from({ length: 2 * width * channels + 3 }, (_, i) => i);
        const before = [...pixels];
        const shape = { height: 2, width, channels };
        flipInPlace({ pixels, at: 3 }, shape);
        if (width > 1) expect([...pixels]).not.toEqual(before);
        flipInPlace({ pixels, at: 3 }, shape);
        expect([...pixels]).toEqual(before);
      }),
    );
  });

  it("takes the place of the padded crop in an augmentation, and the flip is after it", () => {
    const shape = { height: 2, width: 2, channels: 3 };
    const target = new Uint8Array(12);
    const area = { top: 1, left: 2, height: 2, width: 2 };
    augment(source, { pixels: target, at: 0 }, shape, { ...UNCHANGED, area, flip: true }, [], 4);
    expect([...target]).toEqual([21, 22, 23, 18, 19, 20, 33, 34, 35, 30, 31, 32]);
  });
});

describe("an augmentation with an area", () => {
  const plain = { cropPadding: 0, flip: true, cutout: 2 };
  const shape = { height: 8, width: 8, channels: 3 };

  it("leaves what is drawn for flip and cutout as it was", () => {
    const { area, ...rest } = drawChange(epoch, 3, { ...plain, cropArea: 0.08 }, shape, { height: 9, width: 30 });
    expect(drawChange(epoch, 3, plain, shape)).toEqual({ ...rest, area: null });
    expect(area).toEqual(drawArea(epoch, 3, 0.08, { height: 9, width: 30 }));
  });

  it("is refused together with a padded crop, and with a share that is none", async () => {
    const field = async (change: object) => (await refusal(() => fits({ ...plain, ...change }, shape))).field;
    expect(await field({ cropArea: 0.1, cropPadding: 1 })).toBe("data.cropPadding");
    expect(await field({ cropArea: 1.1 })).toBe("data.cropArea");
    expect(await field({ jitter: -0.1 })).toBe("data.jitter");
    expect(await field({ hue: Number.NaN })).toBe("data.hue");
    expect(await field({ hue: 0.51 })).toBe("data.hue");
  });
});
