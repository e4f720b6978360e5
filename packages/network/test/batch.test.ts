import { describe, expect, it } from "vitest";
import { normalizeImages } from "../src/train/batch.js";

const input = { height: 1, width: 2, channels: 2, classes: 2 };
const normalization = { mean: [0.5, 0], std: [0.5, 2] };

describe("images", () => {
  it("are scaled to [0, 1], less the mean of their channel, by its deviation", () => {
    const batch = { count: 1, pixels: Uint8Array.of(0, 255, 255, 0), labels: [1] };
    expect([...normalizeImages(batch, input, normalization)]).toEqual([-1, 0.5, 1, 0]);
  });

  it("are refused with the sizes that were expected when they do not fit", () => {
    const batch = { count: 1, pixels: new Uint8Array(3), labels: [0] };
    expect(() => normalizeImages(batch, input, normalization)).toThrow(/4 pixels \(1x2x2\)/);
    expect(() => normalizeImages({ ...batch, count: 0, pixels: new Uint8Array() }, input, normalization)).toThrow(
      expect.objectContaining({ code: "INVALID_INPUT" }),
    );
  });

  it("are refused when a class does not exist", () => {
    const batch = { count: 1, pixels: new Uint8Array(4), labels: [2] };
    expect(() => normalizeImages(batch, input, normalization)).toThrow(/batch\.labels\[0\]: 2 .* 0 to 1/);
  });

  it("are refused without a usable normalization of every channel", () => {
    const batch = { count: 1, pixels: new Uint8Array(4), labels: [0] };
    expect(() => normalizeImages(batch, input, { mean: [0], std: [1] })).toThrow(/normalization/);
    expect(() => normalizeImages(batch, input, { mean: [0, 0], std: [1, 0] })).toThrow(/normalization/);
  });
});
