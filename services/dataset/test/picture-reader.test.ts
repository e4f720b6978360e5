import { execFileSync } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Dataset, isStored, type StoredImages } from "../src/divide/dataset.js";
import { openDataset } from "../src/read/open-dataset.js";
import { PictureCache } from "../src/read/picture-cache.js";
import { PictureMemory } from "../src/read/picture-memory.js";
import { PictureReader } from "../src/read/picture-reader.js";
import { allFiles, folderOf, plain, refusal, twoClasses } from "./builders.js";

const GIBIBYTE = 2 ** 30;

/** A folder with images to train on whose first is `file`, and how it is opened. */
async function twoParts() {
  const files = Object.entries(await twoClasses(2));
  const inside = (part: string) => files.map(([path, bytes]) => [`${part}/${path}`, bytes] as const);
  const folder = await folderOf(Object.fromEntries([...inside("train"), ...inside("val")]));
  const open = async (memory: PictureMemory, cache?: PictureCache): Promise<StoredImages> => {
    const opening = { uri: `folder:${folder}`, imageSize: 8, limit: 0, seed: 0 };
    return stored(
      await openDataset(opening, GIBIBYTE, new PictureReader(await allFiles(), GIBIBYTE, memory, { cache })),
    );
  };
  return { folder, file: join(folder, "train/a/000.png"), open };
}

const stored = ({ train }: Dataset): StoredImages => {
  if (!isStored(train)) throw new Error("a folder lies in files");
  return train;
};
const none = () => new PictureMemory(0);
const much = () => new PictureMemory(GIBIBYTE);
const other = () => plain(8, 8, { r: 1, g: 2, b: 3 }).png().toBuffer();

describe("a picture", () => {
  it("is kept in memory: its file is read once", async () => {
    const { file, open } = await twoParts();
    const images = await open(much());
    const before = await images.read(0, "framed");
    await rm(file);
    expect(await images.read(0, "framed")).toEqual(before);
  });

  it("is refused, by name, where its file has become another since it was first read", async () => {
    const { file, open } = await twoParts();
    const images = await open(none());
    await images.read(0, "framed");
    await writeFile(file, await other());
    expect((await refusal(() => images.read(0, "framed"))).message).toContain(`${file} is another since`);
  });

  it("is refused, and not waited for, where a pipe has taken the place of its file", async () => {
    const { file, open } = await twoParts();
    const images = await open(none());
    await rm(file);
    execFileSync("mkfifo", [file]);
    expect((await refusal(() => images.read(0, "framed"))).hint).toContain(`${file} is neither: it is a pipe (FIFO)`);
  });

  it("is what the file of the same name is now, when the folder is opened again with the same memory and cache", async () => {
    const { folder, file, open } = await twoParts();
    const memory = much();
    const cache = new PictureCache(join(folder, ".cache"), GIBIBYTE, () => {});
    const before = await (await open(memory, cache)).read(0, "framed");
    await writeFile(file, await other());
    const after = await (await open(memory, cache)).read(0, "framed");
    expect([...before.pixels.subarray(before.at, before.at + 3)]).toEqual([200, 0, 0]);
    expect([...after.pixels.subarray(after.at, after.at + 3)]).toEqual([1, 2, 3]);
  });

  it("comes from the cache on the disk in the next process, the same as when it was decoded", async () => {
    const { folder, open } = await twoParts();
    const path = join(folder, ".cache");
    const decoded = await (await open(none(), new PictureCache(path, GIBIBYTE, () => {}))).read(0, "roomy");
    const kept = await (await open(none(), new PictureCache(path, GIBIBYTE, () => {}))).read(0, "roomy");
    // Decoded pixels have an array of their own; those of the cache lie behind the header of their file.
    expect([decoded.at, kept.at > 0]).toEqual([0, true]);
    expect(kept.pixels.subarray(kept.at)).toEqual(decoded.pixels);
    expect([kept.height, kept.width]).toEqual([9, 9]);
  });

  it("is larger by a seventh where it needs room, as wide as it is, up to four times as wide as high", async () => {
    const picture = (width: number, height: number) => plain(width, height, { r: 9, g: 9, b: 9 }).png().toBuffer();
    const shapes = { "a/1.png": picture(30, 20), "a/2.png": picture(20, 30), "a/3.png": picture(400, 10) };
    const files: Record<string, Buffer> = { "val/a/x.png": await picture(8, 8), "val/b/x.png": await picture(8, 8) };
    for (const [path, bytes] of Object.entries(shapes)) files[`train/${path}`] = await bytes;
    files["train/b/x.png"] = await picture(8, 8);
    const opening = { uri: `folder:${await folderOf(files)}`, imageSize: 14, limit: 0, seed: 0 };
    const images = stored(await openDataset(opening, GIBIBYTE, new PictureReader(await allFiles(), GIBIBYTE, none())));
    expect(await Promise.all([0, 1, 2, 3].map((image) => sizeOf(images, image)))).toEqual([
      [16, 24],
      [24, 16],
      [16, 64],
      [16, 16],
    ]);
  });
});

const sizeOf = async (images: StoredImages, image: number): Promise<number[]> => {
  const { height, width } = await images.read(image, "roomy");
  return [height, width];
};
