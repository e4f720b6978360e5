import { readdir, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BlobAltered, BlobMissing } from "../src/store/blob-errors.js";
import { DirectoryStore } from "../src/store/directory-store.js";
import { storeContract } from "./store-contract.js";
import { temporaryFolder } from "./temporary-folder.js";

const folder = temporaryFolder();

storeContract("DirectoryStore", async () => DirectoryStore.open(await folder.fresh()));

describe("DirectoryStore: the files", () => {
  const open = async () => {
    const root = await folder.fresh();
    const store = await DirectoryStore.open(root);
    const sha256 = await store.put(Buffer.from("the bytes"));
    return { root, store, sha256, path: join(root, sha256.slice(0, 2), sha256) };
  };

  it("are there again when the folder is opened again, under the first two digits of the hash", async () => {
    const { root, sha256 } = await open();
    expect(await readdir(root)).toEqual([sha256.slice(0, 2)]);
    expect(await readdir(join(root, sha256.slice(0, 2)))).toEqual([sha256]);
    const again = await DirectoryStore.open(root);
    expect(Buffer.from(await again.get(sha256)).toString()).toBe("the bytes");
  });

  it("are not written again by the same bytes", async () => {
    const { store, path } = await open();
    const { ino, mtimeMs } = await stat(path);
    await store.put(Buffer.from("the bytes"));
    expect(await stat(path)).toMatchObject({ ino, mtimeMs });
  });

  it("are verified: a changed, a cut and a deleted one are named with their path", async () => {
    for (const altered of ["the Bytes", "the", ""]) {
      const { store, sha256, path } = await open();
      await writeFile(path, altered);
      const got = store.get(sha256);
      await expect(got).rejects.toThrow(BlobAltered);
      await expect(got).rejects.toThrow(path);
      await expect(got).rejects.toThrow(sha256);
    }
    const { store, sha256, path } = await open();
    await unlink(path);
    const got = store.get(sha256);
    await expect(got).rejects.toThrow(BlobMissing);
    await expect(got).rejects.toThrow(path);
  });

  it("are mended by putting the right bytes again", async () => {
    const { store, sha256, path } = await open();
    await writeFile(path, "the Bytes");
    await store.put(Buffer.from("the bytes"));
    expect(Buffer.from(await store.get(sha256)).toString()).toBe("the bytes");
  });

  it("do not count while they are half written", async () => {
    const { root, store, sha256 } = await open();
    await writeFile(join(root, sha256.slice(0, 2), `.${sha256}.left-by-a-crash`), "the");
    const listed = [];
    for await (const name of store.list()) listed.push(name);
    expect(listed).toEqual([sha256]);
  });

  it("leave nothing half written when the write fails", async () => {
    const { root, store } = await open();
    const bytes = Buffer.from("more bytes");
    const sha256 = await new (await import("../src/store/memory-store.js")).MemoryStore().put(bytes);
    // A file where the folder should be.
    await writeFile(join(root, sha256.slice(0, 2)), "");
    await expect(store.put(bytes)).rejects.toThrow();
    expect(await store.has(sha256).catch(() => false)).toBe(false);
  });
});
