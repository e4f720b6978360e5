import { createHash } from "node:crypto";
import { stream } from "@bnas/search";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Adjustment, adjust } from "../src/stream/adjustment.js";
import { type Augmentation, augment, drawChange, fits } from "../src/stream/augment.js";
import { drawPolicy } from "../src/stream/auto-augment.js";
import { refusal } from "./builders.js";

const epoch = { seed: 1, split: "train", epoch: 3 } as const;
const shape = { height: 6, width: 8, channels: 3 };
const size = 6 * 8 * 3;
const policy = "autoaugment-cifar10";

const adjusted = (pixels: readonly number[], adjustment: Adjustment, of = shape): number[] => {
  const image = Uint8Array.from(pixels);
  adjust(image, 0, of, adjustment);
  return [...image];
};
const grey = (pixels: readonly number[], adjustment: Adjustment): number[] =>
  adjusted(pixels, adjustment, { height: 1, width: pixels.length, channels: 1 });
const pictures = fc.array(fc.nat(255), { minLength: size, maxLength: size });
const still = { rows: { byRow: 1, byColumn: 0, offset: 0 }, columns: { byRow: 0, byColumn: 1, offset: 0 } };

describe("an adjustment of pixels", () => {
  it("inverts, and inverting twice gives the image back", () => {
    expect(grey([0, 1, 200], { kind: "invert" })).toEqual([255, 254, 55]);
    fc.assert(
      fc.property(pictures, (pixels) => {
        expect(adjusted(adjusted(pixels, { kind: "invert" }), { kind: "invert" })).toEqual(pixels);
      }),
    );
  });

  it("leaves the image at a factor of 1, and gives what it goes away from at 0", () => {
    fc.assert(
      fc.property(pictures, (pixels) => {
        for (const kind of ["color", "contrast", "brightness", "sharpness"] as const) {
          expect(adjusted(pixels, { kind, factor: 1 }), kind).toEqual(pixels);
        }
        expect(new Set(adjusted(pixels, { kind: "brightness", factor: 0 }))).toEqual(new Set([0]));
        expect(new Set(adjusted(pixels, { kind: "contrast", factor: 0 })).size).toBe(1);
        const faded = adjusted(pixels, { kind: "color", factor: 0 });
        faded.forEach((value, i) => {
          expect(value).toBe(faded[i - (i % 3)]);
        });
      }),
    );
  });

  it("takes the luma of a colour for its grey", () => {
    const one = { height: 1, width: 1, channels: 3 };
    expect(adjusted([255, 0, 0], { kind: "color", factor: 0 }, one)).toEqual([76, 76, 76]);
    expect(adjusted([0, 255, 0], { kind: "color", factor: 0 }, one)).toEqual([150, 150, 150]);
  });

  it("blurs with the middle pixel counted five times, and leaves the frame", () => {
    const dot = [0, 0, 0, 0, 130, 0, 0, 0, 0];
    const square = { height: 3, width: 3, channels: 1 };
    expect(adjusted(dot, { kind: "sharpness", factor: 0 }, square)).toEqual([0, 0, 0, 0, 50, 0, 0, 0, 0]);
  });

  it("stretches each channel over all values", () => {
    expect(grey([10, 20, 60], { kind: "autoContrast" })).toEqual([0, 51, 255]);
    expect(grey([7, 7], { kind: "autoContrast" })).toEqual([7, 7]);
  });

  it("equalizes: values that are frequent move apart, and their order stays", () => {
    const pixels = Array.from({ length: 1024 }, (_, i) => 100 + (i % 8));
    const equal = grey(pixels, { kind: "equalize" }).slice(0, 8);
    expect(equal).toEqual([...equal].sort((a, b) => a - b));
    expect(Math.max(...equal) - Math.min(...equal)).toBeGreaterThan(200);
  });

  it("keeps the highest bits, and inverts values from one on", () => {
    expect(grey([0b1111_1111, 0b0001_0111], { kind: "posterize", bits: 4 })).toEqual([0b1111_0000, 0b0001_0000]);
    expect(grey([127, 128, 255], { kind: "solarize", from: 128 })).toEqual([127, 127, 0]);
  });

  it("warps: moves pixels as far as it says, and fills with grey", () => {
    const right = { kind: "warp", ...still, columns: { ...still.columns, offset: -1 } } as const;
    expect(grey([1, 2, 3, 4], right)).toEqual([128, 1, 2, 3]);
    const turned = { rows: { byRow: 0, byColumn: 1, offset: 0 }, columns: { byRow: -1, byColumn: 0, offset: 0 } };
    const square = { height: 2, width: 2, channels: 1 };
    expect(adjusted([1, 2, 3, 4], { kind: "warp", ...turned }, square)).toEqual([2, 4, 1, 3]);
    fc.assert(
      fc.property(pictures, (pixels) => {
        expect(adjusted(pixels, { kind: "warp", ...still })).toEqual(pixels);
      }),
    );
  });
});

describe("AutoAugment's policy for CIFAR-10", () => {
  const drawn = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      drawPolicy(epoch, index, policy, { height: 32, width: 32, channels: 3 }),
    );

  it("does nothing, one operation or two to an image, about as often as its probabilities say", () => {
    const counts = drawn(10_000).map((adjustments) => adjustments.length);
    expect(new Set(counts)).toEqual(new Set([0, 1, 2]));
    // The sum of the 50 probabilities, divided by 25 sub-policies.
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    expect(mean).toBeGreaterThan(0.97);
    expect(mean).toBeLessThan(1.07);
  });

  it("shears, moves and turns to both sides", () => {
    const offsets = drawn(5000)
      .flat()
      .flatMap((one) => (one.kind === "warp" ? [one.rows.offset + one.rows.byColumn] : []));
    expect(offsets.filter((offset) => offset > 0).length / offsets.filter((offset) => offset !== 0).length).toBeCloseTo(
      0.5,
      1,
    );
    expect(Math.max(...offsets)).toBeCloseTo((32 * 150) / 331, 5);
  });

  it("is the same for the same seed, epoch and image, and another for another", () => {
    const of = (seed: number, index: number) => drawPolicy({ ...epoch, seed }, index, policy, shape);
    expect(drawn(200)).toEqual(drawn(200));
    const texts = [1, 2].map((seed) => JSON.stringify(Array.from({ length: 50 }, (_, i) => of(seed, i))));
    expect(texts[0]).not.toBe(texts[1]);
  });

  it("moves neither crop nor flip nor cutout", () => {
    const plain: Augmentation = { cropPadding: 2, flip: true, cutout: 3 };
    for (let index = 0; index < 200; index++) {
      const { adjustments: _, ...change } = drawChange(epoch, index, { ...plain, policy }, shape);
      expect(drawChange(epoch, index, plain, shape)).toEqual({ ...change, adjustments: [] });
    }
  });

  it("gives the bytes that it gave when it was written", () => {
    const { below } = stream(1, "noise");
    const of = { height: 32, width: 32, channels: 3 };
    const pixels = Uint8Array.from({ length: 32 * 32 * 3 }, () => below(256));
    const hash = createHash("sha256");
    const wanted = { cropPadding: 4, flip: true, cutout: 16, policy };
    for (let index = 0; index < 500; index++) {
      const target = new Uint8Array(pixels.length);
      augment({ pixels, at: 0 }, { pixels: target, at: 0 }, of, drawChange(epoch, index, wanted, of), [1, 2, 3]);
      hash.update(target);
    }
    expect(hash.digest("hex").slice(0, 16)).toBe("67edb7271e69cf07");
  });

  it("is refused under a name that no policy has", async () => {
    const refused = await refusal(() => fits({ cropPadding: 0, flip: false, cutout: 0, policy: "autoaugment" }, shape));
    expect(refused.field).toBe("augmentation.policy");
    expect(refused.hint).toBe("Did you mean autoaugment-cifar10?");
    fits({ cropPadding: 0, flip: false, cutout: 0, policy: "none" }, shape);
  });
});
