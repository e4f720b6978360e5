import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ImageShape, imageBytes } from "../src/divide/dataset.js";
import { type Augmentation, augment, type Change, drawChange, fits, UNCHANGED } from "../src/stream/augment.js";
import { refusal } from "./builders.js";

const epoch = { seed: 1, split: "weight", epoch: 3 } as const;
const mean = [9, 8, 7];

/** Pictures of any shape, with values from 1 so that padding can be recognized. */
const pictures = fc
  .record({
    height: fc.integer({ min: 1, max: 9 }),
    width: fc.integer({ min: 1, max: 9 }),
    channels: fc.constantFrom(1, 3),
  })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      pixels: fc.uint8Array({ min: 1, minLength: imageBytes(shape), maxLength: imageBytes(shape) }),
    }),
  );

/** The changed picture, written into the middle of dirty memory, whose edges must stay as they were. */
function changed(pixels: Uint8Array, shape: ImageShape, change: Change): Uint8Array {
  const target = new Uint8Array(pixels.length + 10).fill(77);
  augment({ pixels, at: 0 }, { pixels: target, at: 5 }, shape, change, mean);
  expect([...target.subarray(0, 5), ...target.subarray(-5)]).toEqual(new Array(10).fill(77));
  return target.slice(5, -5);
}

describe("augmentation", () => {
  it("leaves an image as it is without padding, flip and cutout", () => {
    fc.assert(
      fc.property(pictures, fc.nat(), ({ shape, pixels }, index) => {
        const change = drawChange(epoch, index, { cropPadding: 0, flip: false, cutout: 0 }, shape);
        expect(changed(pixels, shape, change)).toEqual(pixels);
      }),
    );
  });

  it("gives the image back when flipped twice", () => {
    fc.assert(
      fc.property(pictures, ({ shape, pixels }) => {
        const flip = { ...UNCHANGED, flip: true };
        expect(changed(changed(pixels, shape, flip), shape, flip)).toEqual(pixels);
      }),
    );
  });

  it("flips left and right, not the channels of a pixel", () => {
    const shape = { height: 2, width: 2, channels: 3 };
    const pixels = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    expect([...changed(pixels, shape, { ...UNCHANGED, flip: true })]).toEqual([4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9]);
  });

  it("crops the image in its frame of zeros: what is inside stays, what is outside is zero", () => {
    fc.assert(
      fc.property(
        pictures,
        fc.integer({ min: -10, max: 10 }),
        fc.integer({ min: -10, max: 10 }),
        fc.boolean(),
        ({ shape, pixels }, down, right, flip) => {
          const cropped = changed(pixels, shape, { ...UNCHANGED, down, right, flip });
          const { height, width, channels } = shape;
          for (let at = 0; at < cropped.length; at++) {
            const column = Math.floor(at / channels) % width;
            const row = Math.floor(at / channels / width) + down;
            const from = (flip ? width - 1 - column : column) + right;
            const inside = row >= 0 && row < height && from >= 0 && from < width;
            expect(cropped[at]).toBe(inside ? pixels[(row * width + from) * channels + (at % channels)] : 0);
          }
        },
      ),
    );
  });

  it("fills the cutout with the mean colour and touches nothing else", () => {
    const shape = { height: 3, width: 3, channels: 3 };
    const pixels = new Uint8Array(27).fill(200);
    const cut = changed(pixels, shape, { ...UNCHANGED, cutout: { top: 1, bottom: 3, left: 0, right: 2 } });
    const values = Array.from(cut);
    expect(values.slice(0, 9)).toEqual(new Array(9).fill(200));
    expect(values.slice(9, 18)).toEqual([9, 8, 7, 9, 8, 7, 200, 200, 200]);
    expect(values.slice(18, 27)).toEqual([9, 8, 7, 9, 8, 7, 200, 200, 200]);
  });

  it("draws offsets over the whole padding, flips every second image and cuts around every pixel", () => {
    const shape = { height: 8, width: 8, channels: 1 };
    const changes = Array.from({ length: 2000 }, (_, index) =>
      drawChange(epoch, index, { cropPadding: 2, flip: true, cutout: 4 }, shape),
    );
    for (const offset of [-2, -1, 0, 1, 2]) {
      for (const axis of ["down", "right"] as const) {
        const share = changes.filter((change) => change[axis] === offset).length / changes.length;
        expect(share).toBeGreaterThan(0.15);
        expect(share).toBeLessThan(0.25);
      }
    }
    const flipped = changes.filter(({ flip }) => flip).length / changes.length;
    expect(flipped).toBeGreaterThan(0.45);
    expect(flipped).toBeLessThan(0.55);
    for (const { cutout } of changes) {
      expect(cutout).not.toBeNull();
      const { top = 0, bottom = 0, left = 0, right = 0 } = cutout ?? {};
      expect(Math.min(top, left)).toBeGreaterThanOrEqual(0);
      expect(Math.max(bottom, right)).toBeLessThanOrEqual(8);
      expect(Math.min(bottom - top, right - left)).toBeGreaterThanOrEqual(2);
      expect(Math.max(bottom - top, right - left)).toBeLessThanOrEqual(4);
    }
    expect(new Set(changes.map(({ cutout }) => cutout?.top))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  });

  it("is decided by seed, split, epoch and index alone", () => {
    const shape = { height: 32, width: 32, channels: 3 };
    const wanted: Augmentation = { cropPadding: 4, flip: true, cutout: 16 };
    const drawn = (at: { readonly epoch?: number; readonly seed?: number }) =>
      Array.from({ length: 20 }, (_, index) => drawChange({ ...epoch, ...at }, index, wanted, shape));
    expect(drawn({})).toEqual(drawn({}));
    expect(drawn({ epoch: 4 })).not.toEqual(drawn({}));
    expect(drawn({ seed: 2 })).not.toEqual(drawn({}));
    expect(new Set(drawn({}).map((change) => JSON.stringify(change))).size).toBeGreaterThan(15);
  });

  it("is refused when nothing of an image might be left", async () => {
    const shape = { height: 8, width: 12, channels: 3 };
    const wanted = { cropPadding: 7, flip: true, cutout: 8 };
    expect(() => fits(wanted, shape)).not.toThrow();
    expect((await refusal(() => fits({ ...wanted, cropPadding: 8 }, shape))).field).toBe("data.cropPadding");
    expect((await refusal(() => fits({ ...wanted, cutout: 9 }, shape))).field).toBe("data.cutout");
  });
});
