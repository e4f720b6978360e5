import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Adjustment, adjust } from "../src/stream/adjustment.js";
import { drawJitter } from "../src/stream/colour-jitter.js";

const epoch = { seed: 1, split: "train", epoch: 3 } as const;
const turned = (pixel: readonly number[], share: number): number[] => {
  const image = Uint8Array.from(pixel);
  adjust(image, 0, { height: 1, width: pixel.length / 3, channels: 3 }, { kind: "hue", share });
  return [...image];
};
const kinds = (adjustments: readonly Adjustment[]) => adjustments.map(({ kind }) => kind);

describe("colour jitter", () => {
  it("is nothing where both are 0", () => {
    expect(drawJitter(epoch, 0, { jitter: 0, hue: 0 })).toEqual([]);
  });

  it("changes brightness, contrast and saturation by factors of their own around 1, and turns hues, in random order", () => {
    const drawn = Array.from({ length: 2000 }, (_, index) => drawJitter(epoch, index, { jitter: 0.4, hue: 0.2 }));
    for (const kind of ["brightness", "contrast", "color"] as const) {
      const factors = drawn.flatMap((all) => all.flatMap((one) => (one.kind === kind ? [one.factor] : [])));
      expect(factors).toHaveLength(2000);
      expect(Math.min(...factors)).toBeGreaterThanOrEqual(0.6);
      expect(Math.max(...factors)).toBeLessThanOrEqual(1.4);
      expect(factors.reduce((sum, factor) => sum + factor, 0) / 2000).toBeCloseTo(1, 1);
    }
    const shares = drawn.flatMap((all) => all.flatMap((one) => (one.kind === "hue" ? [one.share] : [])));
    expect([shares.length, Math.max(...shares.map(Math.abs)) <= 0.2]).toEqual([2000, true]);
    expect(new Set(drawn.map((all) => kinds(all).join())).size).toBe(24);
  });

  it("leaves out what is turned off", () => {
    expect(kinds(drawJitter(epoch, 1, { jitter: 0, hue: 0.1 }))).toEqual(["hue"]);
    expect(kinds(drawJitter(epoch, 1, { jitter: 0.1, hue: 0 })).sort()).toEqual(["brightness", "color", "contrast"]);
  });

  it("is a function of seed, split, epoch and place", () => {
    const one = drawJitter(epoch, 1, { jitter: 0.4, hue: 0.2 });
    expect(drawJitter({ ...epoch }, 1, { jitter: 0.4, hue: 0.2 })).toEqual(one);
    expect(drawJitter({ ...epoch, epoch: 4 }, 1, { jitter: 0.4, hue: 0.2 })).not.toEqual(one);
    expect(drawJitter(epoch, 2, { jitter: 0.4, hue: 0.2 })).not.toEqual(one);
  });
});

describe("turning the hue", () => {
  it("makes green of red by a third of the circle, blue by two, yellow by a sixth", () => {
    expect(turned([255, 0, 0], 1 / 3)).toEqual([0, 255, 0]);
    expect(turned([255, 0, 0], -1 / 3)).toEqual([0, 0, 255]);
    expect(turned([255, 0, 0], 1 / 6)).toEqual([255, 255, 0]);
    expect(turned([200, 100, 100], 1 / 2)).toEqual([100, 200, 200]);
  });

  it("leaves grey, and the greatest and the least value of every colour", () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)),
        fc.double({ min: -0.5, max: 0.5, noNaN: true }),
        (pixel, share) => {
          const after = turned(pixel, share);
          expect([Math.max(...after), Math.min(...after)]).toEqual([Math.max(...pixel), Math.min(...pixel)]);
          expect(turned(pixel, 0)).toEqual([...pixel]);
        },
      ),
    );
  });

  it("leaves an image of one channel", () => {
    const image = Uint8Array.of(1, 2, 3);
    adjust(image, 0, { height: 1, width: 3, channels: 1 }, { kind: "hue", share: 0.3 });
    expect([...image]).toEqual([1, 2, 3]);
  });
});
