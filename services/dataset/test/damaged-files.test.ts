import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { isInvalidInput } from "@bnas/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { imageBytes } from "../src/divide/dataset.js";
import { cifar, folderOf, mnist, openIn, pixelsOf, plain, twoClasses } from "./builders.js";

/** Opens a dataset: true if it is whole and consistent, false if it was refused on a field; anything else is thrown. */
async function opens(uri: string): Promise<boolean> {
  try {
    const dataset = await openIn({ uri, imageSize: 0, limit: 0, seed: 0 }, 2 ** 26);
    for (const part of [dataset.train, dataset.test]) {
      expect((await pixelsOf(part)).length).toBe(part.labels.length * imageBytes(dataset));
      expect(Math.max(...part.labels)).toBeLessThan(dataset.classes.length);
    }
    return true;
  } catch (error) {
    if (!isInvalidInput(error)) throw error;
    expect(["dataset", "data.imageSize"]).toContain(error.field);
    return false;
  }
}

const red = { r: 220, g: 20, b: 10 };
const images = "train-images-idx3-ubyte";
const formats: readonly (readonly [string, () => Promise<{ uri: string; file: string; bytes: Buffer }>])[] = [
  [
    "cifar10",
    async () => {
      const bytes = cifar(20);
      const folder = await folderOf({ "data_batch_1.bin": bytes, "test_batch.bin": cifar(10) });
      return { uri: `cifar10:${folder}`, file: `${folder}/data_batch_1.bin`, bytes };
    },
  ],
  [
    "idx",
    async () => {
      const files = mnist();
      const folder = await folderOf(files);
      return { uri: `idx:${folder}`, file: `${folder}/${images}`, bytes: files[images] ?? Buffer.alloc(0) };
    },
  ],
  [
    "gzipped idx",
    async () => {
      const files = mnist(true);
      const folder = await folderOf(files);
      return { uri: `idx:${folder}`, file: `${folder}/${images}.gz`, bytes: files[`${images}.gz`] ?? gzipSync("") };
    },
  ],
  ...(["jpeg", "png", "webp"] as const).map(
    (format) =>
      [
        format,
        async () => {
          const name = format === "jpeg" ? "jpg" : format;
          const bytes = await plain(8, 8, red).toFormat(format).toBuffer();
          const folder = await folderOf({ ...(await twoClasses(2)), [`a/odd.${name}`]: bytes });
          return { uri: `folder:${folder}`, file: `${folder}/a/odd.${name}`, bytes };
        },
      ] as const,
  ),
];

describe.each(formats)("a damaged %s file", (format, build) => {
  it("is refused or read whole wherever it is cut", async () => {
    const { uri, file, bytes } = await build();
    expect(await opens(uri)).toBe(true);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
        await writeFile(file, bytes.subarray(0, length));
        const whole = await opens(uri);
        // A PNG has nothing but its end mark in the last 12 bytes; a CIFAR file that ends after a record is a smaller one.
        if (whole) expect(format === "cifar10" ? length % 3073 : bytes.length - length).toBeLessThanOrEqual(12);
      }),
      { numRuns: 40 },
    );
  });

  it("is refused or read whole whichever byte of its beginning is changed", async () => {
    const { uri, file, bytes } = await build();
    await fc.assert(
      fc.asyncProperty(fc.nat(Math.min(64, bytes.length) - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ change;
        await writeFile(file, changed);
        await opens(uri);
      }),
      { numRuns: 60 },
    );
  });
});
