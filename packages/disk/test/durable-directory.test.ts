import { mkdir, mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeDirectory, makeFolders, syncDirectory } from "../src/durable-directory.js";

let root = "";
/** Inode numbers of what was fsynced, each when its fsync has ended. */
let synced: number[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "bnas-disk-"));
  synced = [];
  const handle = await open(root, "r");
  const files = Object.getPrototypeOf(handle);
  await handle.close();
  const { sync } = files;
  vi.spyOn(files, "sync").mockImplementation(async function (this: typeof handle) {
    const { ino } = await this.stat();
    await sync.call(this);
    synced.push(ino);
  });
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(root, { recursive: true });
});

const inodes = (paths: readonly string[]) => Promise.all(paths.map(async (path) => (await stat(path)).ino));

describe("a durable directory", () => {
  it("is there, with every new name on the way to it fsynced in its parent, when its promise resolves", async () => {
    const path = join(root, "a/b/c");
    await makeDirectory(path);
    const seen = [...synced];
    expect((await stat(path)).isDirectory()).toBe(true);
    expect(seen).toEqual(await inodes([join(root, "a/b"), join(root, "a"), root]));
  });

  it("costs no fsync where it is there already, and one where its parent is", async () => {
    const path = join(root, "a");
    await mkdir(path);
    await makeDirectory(path);
    expect(synced).toEqual([]);
    await makeDirectory(join(path, "b"));
    expect(synced).toEqual(await inodes([path]));
  });

  it("keeps the names in it by an fsync of its own, which has ended when the promise resolves", async () => {
    await syncDirectory(root);
    const seen = [...synced];
    expect(seen).toEqual(await inodes([root]));
  });

  it("is refused where its parent is no directory", async () => {
    const file = join(root, "file");
    await (await open(file, "w")).close();
    await expect(makeDirectory(join(file, "a"))).rejects.toMatchObject({ code: "ENOTDIR" });
  });
});

describe("a folder where the system makes none", () => {
  it.runIf(process.platform === "linux")("is refused at once: node's own recursion would never end", async () => {
    await expect(makeFolders("/proc/bnas/x")).rejects.toThrow(/ENOENT/);
    await expect(makeDirectory("/proc/bnas")).rejects.toThrow(/ENOENT/);
  });

  it("is refused below a file, and in the place of one", async () => {
    const file = join(root, "file");
    await (await open(file, "w")).close();
    await expect(makeFolders(join(file, "in", "it"))).rejects.toThrow(/ENOTDIR/);
    await expect(makeFolders(file)).rejects.toThrow(/EEXIST/);
  });

  it("is made once, and says what was made", async () => {
    const path = join(root, "a", "b");
    expect(await makeFolders(path)).toEqual([path, join(root, "a")]);
    expect(await makeFolders(path)).toEqual([]);
  });
});
