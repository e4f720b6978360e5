import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { channelStatistics } from "../src/stream/channel-statistics.js";
import { digest } from "../src/stream/digest.js";

const dataset = {
  classes: ["a", "b"],
  height: 1,
  width: 2,
  channels: 2,
  train: { pixels: Uint8Array.of(0, 255, 0, 255, 255, 0, 255, 0, 9, 9, 9, 9), labels: Uint16Array.of(0, 1, 1) },
  test: { pixels: Uint8Array.of(1, 2, 3, 4), labels: Uint16Array.of(1) },
};
const images = Uint32Array.of(0, 1);
const test = Uint32Array.of(0);

describe("the digest", () => {
  it("is SHA-256 over the shape and, image by image, label and pixels, in 32-bit little-endian numbers", async () => {
    const numbers = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer);
    const bytes = Buffer.concat([
      numbers(1, 2, 2, 2, 2, 0),
      dataset.train.pixels.subarray(0, 4),
      numbers(1),
      dataset.train.pixels.subarray(4, 8),
      numbers(1, 1),
      dataset.test.pixels,
    ]);
    expect(await digest(dataset, images, test)).toBe(createHash("sha256").update(bytes).digest("hex"));
  });

  it("changes with any pixel, label and image in use, and not with an image that is not", async () => {
    const before = await digest(dataset, images, test);
    const withPixel = (at: number) => ({
      ...dataset,
      train: {
        ...dataset.train,
        pixels: dataset.train.pixels.map((value, index) => (index === at ? value ^ 1 : value)),
      },
    });
    expect(await digest(withPixel(7), images, test)).not.toBe(before);
    expect(await digest(withPixel(8), images, test)).toBe(before);
    const relabelled = { ...dataset, train: { ...dataset.train, labels: Uint16Array.of(1, 1, 1) } };
    expect(await digest(relabelled, images, test)).not.toBe(before);
    expect(await digest(dataset, Uint32Array.of(0, 1, 2), test)).not.toBe(before);
  });
});

describe("channel statistics", () => {
  it("are the mean and the deviation of each channel of the images in use, on the scale 0 to 1", async () => {
    expect(await channelStatistics(dataset, images)).toEqual({ mean: [0.5, 0.5], std: [0.5, 0.5] });
    const one = await channelStatistics(dataset, Uint32Array.of(2));
    expect(one.mean).toEqual([9 / 255, 9 / 255]);
    expect(one.std).toEqual([0, 0]);
  });
});
