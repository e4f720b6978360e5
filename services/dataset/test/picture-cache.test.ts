import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Picture } from "../src/divide/dataset.js";
import { PictureCache } from "../src/read/picture-cache.js";
import { folderOf } from "./builders.js";

const MEBIBYTE = 2 ** 20;
const picture = (height: number, width: number, value = 7): Picture => ({
  pixels: new Uint8Array(height * width * 3 + 2).fill(value),
  at: 2,
  height,
  width,
});
const pixels = ({ pixels: all, at }: Picture): number[] => [...all.subarray(at)];

async function cacheOf(limit = 256 * MEBIBYTE) {
  const path = join(await folderOf({}), "cache");
  const warnings: string[] = [];
  const open = () => new PictureCache(path, limit, (message) => warnings.push(message));
  return { path, warnings, open, cache: open() };
}
const filesIn = async (path: string): Promise<string[]> => {
  const folders = await readdir(path);
  const files = await Promise.all(
    folders.map(async (folder) => (await readdir(join(path, folder))).map((name) => join(path, folder, name))),
  );
  return files.flat();
};
const fileIn = async (path: string): Promise<string> => (await filesIn(path))[0] ?? "";

describe("the cache of decoded pictures", () => {
  it("gives what was kept under a name, also to the next process, and nothing for another name", async () => {
    const { cache, open } = await cacheOf();
    await cache.set("one", picture(3, 5));
    for (const reader of [cache, open()]) {
      const found = await reader.get("one");
      expect(found).toMatchObject({ height: 3, width: 5 });
      expect(found && pixels(found)).toEqual(new Array(45).fill(7));
      expect(await reader.get("other")).toBeUndefined();
    }
  });

  it("gives nothing for a file that was cut or changed anywhere, until it is kept again", async () => {
    const { path, cache } = await cacheOf();
    await cache.set("one", picture(2, 2));
    const file = await fileIn(path);
    const whole = await readFile(file);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        await writeFile(file, whole.subarray(0, at));
        expect(await cache.get("one")).toBeUndefined();
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] ?? 0) ^ change;
        await writeFile(file, changed);
        expect(await cache.get("one")).toBeUndefined();
      }),
      { numRuns: 60 },
    );
    await cache.set("one", picture(2, 2));
    expect(await cache.get("one")).toMatchObject({ height: 2, width: 2 });
  });

  it("never takes more than its limit", async () => {
    // Each of the 64 folders may take 4 KiB: eleven pictures of 11x11 pixels with their headers, of which nine are left.
    const { path, cache } = await cacheOf(64 * 4096);
    for (let number = 0; number < 900; number++) await cache.set(`${number}`, picture(11, 11));
    const files = await filesIn(path);
    const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(64 * 4096);
    expect(files.length).toBeGreaterThan(400);
    expect(await cache.get("899")).toBeDefined();
  });

  it("keeps nothing that alone is larger than the share of a folder", async () => {
    const { cache } = await cacheOf(64 * 4096);
    await cache.set("large", picture(40, 40));
    expect(await cache.get("large")).toBeUndefined();
  });

  it("says once that it cannot write, and still gives what is there", async () => {
    const { path, warnings, cache } = await cacheOf();
    await cache.set("one", picture(2, 2));
    const kept = await filesIn(path);
    // A file where each other folder belongs: as on a full disk, nothing can be written.
    for (let folder = 0; folder < 64; folder++) {
      const name = join(path, String(folder).padStart(2, "0"));
      if (!kept.some((file) => file.startsWith(`${name}/`))) await writeFile(name, "");
    }
    for (let number = 0; number < 8; number++) await cache.set(`n${number}`, picture(2, 2));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/no longer kept in .*cache.*make room/);
    expect(await cache.get("one")).toBeDefined();
  });

  it("writes again where its folder was taken away meanwhile", async () => {
    const { path, warnings, cache } = await cacheOf();
    await cache.set("one", picture(2, 2));
    await rm(path, { recursive: true });
    await cache.set("one", picture(2, 2));
    expect(await cache.get("one")).toBeDefined();
    expect(warnings).toEqual([]);
  });

  it("counts what was there before it was opened, and lets the oldest go first", async () => {
    const { path, cache } = await cacheOf(64 * 4096);
    for (let folder = 0; folder < 64; folder++) {
      const name = join(path, String(folder).padStart(2, "0"));
      await mkdir(name, { recursive: true });
      await writeFile(join(name, "left by another"), new Uint8Array(4000));
      await utimes(join(name, "left by another"), 1, 1);
    }
    await cache.set("one", picture(11, 11));
    const files = await filesIn(path);
    expect(files).toHaveLength(64);
    expect(await cache.get("one")).toBeDefined();
  });
});
