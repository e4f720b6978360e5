import { execFileSync } from "node:child_process";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { countByClass } from "../src/divide/dataset.js";
import { folderOf, openIn, pixelsOf, plain, refusal, twoClasses } from "./builders.js";

type Options = { readonly imageSize?: number; readonly limit?: number; readonly budget?: number };
const open = (folder: string, { imageSize = 0, limit = 0, budget = 2 ** 30 }: Options = {}) =>
  openIn({ uri: `folder:${folder}`, imageSize, limit, seed: 0 }, budget);

const red = { r: 220, g: 20, b: 10 };

/** Opens a folder whose test part is this one image, and gives its pixels. */
async function decoded(name: string, image: Buffer, imageSize: number): Promise<number[]> {
  const train = Object.fromEntries(
    Object.entries(await twoClasses(2)).map(([path, bytes]) => [`train/${path}`, bytes]),
  );
  const other = await plain(8, 8, red).png().toBuffer();
  const folder = await folderOf({ ...train, [`val/a/${name}`]: image, "val/b/x.png": other });
  const { test } = await open(folder, { imageSize });
  return [...(await pixelsOf(test)).subarray(0, imageSize * imageSize * 3)];
}

/** The colour of a row and column. */
const at = (pixels: readonly number[], side: number, row: number, column: number) =>
  pixels.slice((row * side + column) * 3, (row * side + column) * 3 + 3);

describe("folder:", () => {
  it("takes each folder as a class, in the order of their names, and holds out a fifth", async () => {
    const dataset = await open(
      await folderOf({ ...(await twoClasses(10)), "LICENSE.txt": "free", ".hidden/x.gif": "x" }),
    );
    expect(dataset.classes).toEqual(["a", "b"]);
    expect(countByClass(dataset.train.labels, 2)).toEqual([8, 8]);
    expect(countByClass(dataset.test.labels, 2)).toEqual([2, 2]);
    expect(dataset.train.labels[0]).toBe(0);
    expect((await pixelsOf(dataset.train))[0]).toBeGreaterThanOrEqual(200);
  });

  it("takes val/ as the test part in ImageNet's layout", async () => {
    const files = Object.entries(await twoClasses(3));
    const inside = (part: string) => files.map(([path, bytes]) => [`${part}/${path}`, bytes] as const);
    const dataset = await open(await folderOf(Object.fromEntries([...inside("train"), ...inside("val")])));
    expect(dataset.classes).toEqual(["a", "b"]);
    expect([dataset.train.labels.length, dataset.test.labels.length]).toEqual([6, 6]);
  });

  it("takes train for a class when it holds images", async () => {
    const image = await plain(8, 8, red).png().toBuffer();
    const folder = await folderOf({
      "train/1.png": image,
      "train/2.png": image,
      "car/1.png": image,
      "car/2.png": image,
    });
    expect((await open(folder)).classes).toEqual(["car", "train"]);
  });

  it.each([
    ["JPEG", "x.jpg", () => plain(20, 20, red).jpeg({ quality: 100 })],
    ["JPEG, in capitals as ImageNet spells it", "x.JPEG", () => plain(20, 20, red).jpeg({ quality: 100 })],
    ["WebP", "x.webp", () => plain(20, 20, red).webp({ lossless: true })],
    ["PNG with a palette", "x.png", () => plain(20, 20, red).png({ palette: true })],
    ["PNG of 16 bits", "x.png", () => plain(20, 20, red).toColourspace("rgb16").png()],
    ["a PNG that is called .jpg", "x.jpg", () => plain(20, 20, red).png()],
  ])("reads %s", async (_, name, image) => {
    const [r = 0, g = 0, b = 0] = await decoded(name, await image().toBuffer(), 8);
    expect(Math.max(Math.abs(r - red.r), Math.abs(g - red.g), Math.abs(b - red.b))).toBeLessThanOrEqual(3);
  });

  it("reads CMYK as RGB", async () => {
    const [r = 0, g = 0, b = 0] = await decoded(
      "x.jpg",
      await plain(20, 20, red).toColourspace("cmyk").jpeg().toBuffer(),
      8,
    );
    expect(r).toBeGreaterThan(180);
    expect(Math.max(g, b)).toBeLessThan(60);
  });

  it("gives gray images three equal channels", async () => {
    const gray = await plain(20, 20, red).greyscale().toColourspace("b-w").png().toBuffer();
    expect((await sharp(gray).metadata()).channels).toBe(1);
    const [r, g, b] = await decoded("x.png", gray, 8);
    expect([g, b]).toEqual([r, r]);
  });

  it("lays what is transparent on white", async () => {
    const clear = sharp({ create: { width: 9, height: 9, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } });
    expect((await decoded("x.png", await clear.png().toBuffer(), 8)).every((value) => value === 255)).toBe(true);
  });

  it("fits the shorter side and crops around the centre", async () => {
    const stripe = (left: number, background: typeof red) =>
      plain(30, 20, background)
        .png()
        .toBuffer()
        .then((input) => ({ input, left, top: 0 }));
    const blue = { r: 0, g: 0, b: 255 };
    // 90 pixels wide: 30 green, 30 red, 30 blue; 20 high. The centre square is all red.
    const wide = await plain(90, 20, { r: 0, g: 255, b: 0 })
      .composite([await stripe(30, red), await stripe(60, blue)])
      .png()
      .toBuffer();
    const pixels = await decoded("x.png", wide, 10);
    for (const column of [0, 5, 9]) {
      const [r = 0, g = 0, b = 0] = at(pixels, 10, 5, column);
      expect(Math.max(Math.abs(r - red.r), Math.abs(g - red.g), Math.abs(b - red.b))).toBeLessThanOrEqual(3);
    }
  });

  it("turns an image upright by its EXIF orientation", async () => {
    const black = await plain(16, 8, { r: 0, g: 0, b: 0 }).png().toBuffer();
    const image = plain(16, 16, { r: 255, g: 255, b: 255 }).composite([{ input: black, left: 0, top: 0 }]);
    // Orientation 6: the top of the stored image is the right side of the seen one.
    const turned = await sharp(await image.png().toBuffer())
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100 })
      .toBuffer();
    const pixels = await decoded("x.jpg", turned, 16);
    expect(at(pixels, 16, 8, 2)[0]).toBeGreaterThan(240);
    expect(at(pixels, 16, 8, 13)[0]).toBeLessThan(15);
  });

  it("decodes no more training images than the limit keeps, of every class alike", async () => {
    const files = await twoClasses(10);
    const dataset = await open(await folderOf(files), { limit: 6 });
    expect(countByClass(dataset.train.labels, 2)).toEqual([3, 3]);
    expect(dataset.test.labels).toHaveLength(4);
  });

  it("asks for data.imageSize when images differ in size, and takes them with it", async () => {
    const files = { ...(await twoClasses(3)), "a/wide.png": await plain(9, 8, red).png().toBuffer() };
    const folder = await folderOf(files);
    const error = await refusal(() => open(folder));
    expect(error.field).toBe("data.imageSize");
    expect(error.hint).toContain("a/wide.png is 9x8");
    expect(await open(folder, { imageSize: 12 })).toMatchObject({ height: 12, width: 12, channels: 3 });
  });

  it("opens a folder that decoded would not fit into memory, since it decodes nothing", async () => {
    const folder = await folderOf({ ...(await twoClasses(5)), "a/text.jpg": "I am no picture" });
    const dataset = await open(folder, { budget: 1900, imageSize: 8 });
    expect(dataset.train.labels.length + dataset.test.labels.length).toBe(11);
  });

  it("refuses a damaged image by name: at once where headers are read, else when it is asked for", async () => {
    const whole = await plain(64, 64, red).jpeg().toBuffer();
    const half = { ...(await twoClasses(3)), "a/half.jpg": whole.subarray(0, whole.length / 2) };
    const dataset = await open(await folderOf(half), { imageSize: 8 });
    const { hint } = await refusal(() => Promise.all([pixelsOf(dataset.train), pixelsOf(dataset.test)]));
    expect(hint).toMatch(/a\/half\.jpg, byte \d+: expected an image that can be decoded whole/);
    const text = { ...(await twoClasses(3)), "a/text.jpg": "I am no picture" };
    expect((await refusal(async () => open(await folderOf(text)))).hint).toContain(
      "byte 0: expected a JPEG, PNG or WebP image",
    );
  });

  it("takes test/ as the test part where there is no val/, and val/ where both are there", async () => {
    const files = Object.entries(await twoClasses(3));
    const inside = (part: string, count = 6) =>
      files.slice(0, count).map(([path, bytes]) => [`${part}/${path}`, bytes] as const);
    const tested = await open(await folderOf(Object.fromEntries([...inside("train"), ...inside("test", 4)])));
    expect([tested.train.labels.length, tested.test.labels.length]).toEqual([6, 4]);
    const both = [...inside("train"), ...inside("val", 2), ...inside("test", 4)];
    expect((await open(await folderOf(Object.fromEntries(both)))).test.labels).toHaveLength(2);
  });

  it("does not take the test/ of ImageNet, whose images have no labels", async () => {
    const files = Object.entries(await twoClasses(3)).map(([path, bytes]) => [`train/${path}`, bytes] as const);
    const folder = await folderOf({ ...Object.fromEntries(files), "test/1.png": "x" });
    expect((await refusal(() => open(folder))).hint).toContain(`no ${folder}/test with folders`);
  });

  it("refuses what is neither a file nor a folder, and never waits for it", async () => {
    const folder = await folderOf(await twoClasses(2));
    execFileSync("mkfifo", [join(folder, "a/pipe.jpg")]);
    expect((await refusal(() => open(folder, { imageSize: 8 }))).hint).toContain("a/pipe.jpg");
  });

  it("refuses a picture of more pixels than may be decoded, by its header", async () => {
    const huge = await plain(8193, 8193, red).png({ compressionLevel: 9 }).toBuffer();
    const dataset = await open(await folderOf({ ...(await twoClasses(2)), "b/huge.png": huge }), { imageSize: 8 });
    const { hint } = await refusal(() => Promise.all([pixelsOf(dataset.train), pixelsOf(dataset.test)]));
    expect(hint).toMatch(/b\/huge\.png has 8193x8193/);
  });

  it("refuses a picture of too many bytes when decoded, by its header, however small its file is", async () => {
    const deep = await sharp({
      create: { width: 7000, height: 7000, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 1 } },
    })
      .toColourspace("rgb16")
      .png({ compressionLevel: 9, progressive: true })
      .toBuffer();
    expect(deep.length).toBeLessThan(2 ** 20);
    const dataset = await open(await folderOf({ ...(await twoClasses(2)), "b/deep.png": deep }), { imageSize: 8 });
    const { hint } = await refusal(() => Promise.all([pixelsOf(dataset.train), pixelsOf(dataset.test)]));
    expect(hint).toMatch(/b\/deep\.png has 7000x7000 pixels of 8 bytes/);
  });

  it.each([
    ["one class only", async () => ({ "a/x.png": await plain(8, 8, red).png().toBuffer() }), "holds only the class a"],
    ["no classes", async () => ({ "x.txt": "x" }), "holds no folders"],
    ["images without classes", async () => ({ "1.png": "x", "2.png": "x" }), "holds 2 images and no folders"],
    ["an empty class folder", async () => ({ ...(await twoClasses(2)), "c/.keep": "" }), "/c is empty"],
    ["another kind of file", async () => ({ ...(await twoClasses(2)), "a/x.gif": "x" }), "/a/x.gif"],
    ["train/ without val/", async () => ({ "train/a/x.png": "x", "train/b/x.png": "x" }), "val is not there"],
    [
      "a class in val/ alone",
      async () => ({
        "train/a/x.png": "x",
        "train/b/x.png": "x",
        "val/a/x.png": "x",
        "val/b/x.png": "x",
        "val/c/x.png": "x",
      }),
      "c is in val/ alone",
    ],
  ])("refuses %s", async (_, files, words) => {
    const error = await refusal(async () => open(await folderOf(await files())));
    expect(error.field).toBe("dataset");
    expect(error.message).toContain(words);
  });
});
