import { stream } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { decodeImage, encodeImage } from "../src/index.js";

const pixels = (count: number): Uint8Array => {
  const { below } = stream(1, "pixels");
  return Uint8Array.from({ length: count }, () => below(256));
};

describe("an image that is written as a picture", () => {
  it("is read again with every pixel as it was", async () => {
    const [width, height] = [9, 6];
    const image = pixels(width * height * 3);
    const bytes = await encodeImage(image, { width, height, channels: 3 });
    const read = await decodeImage({ uri: "example.png", file: "example.png", bytes }, { width, height });
    expect([...read]).toEqual([...image]);
  });

  it("is gray where it has one channel", async () => {
    const image = pixels(16);
    const bytes = await encodeImage(image, { width: 4, height: 4, channels: 1 });
    const read = await decodeImage({ uri: "gray.png", file: "gray.png", bytes }, { width: 4, height: 4 });
    expect([...read]).toEqual([...image].flatMap((value) => [value, value, value]));
  });

  it("is refused where its channels are no colours", async () => {
    await expect(encodeImage(pixels(8), { width: 2, height: 2, channels: 2 })).rejects.toThrow(
      "1 or 3 channels, not 2",
    );
  });
});
