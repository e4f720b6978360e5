import { open as openFile, readdir, stat, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { storeContract, temporaryFolder } from "@bnas/testing/contracts";
import { describe, expect, it, vi } from "vitest";
import { DirectoryStore } from "../src/directory-store.js";

const folder = temporaryFolder();

const anHourAgo = async (path: string) => {
  const then = new Date(Date.now() - 3_600_000);
  await utimes(path, then, then);
};

let last = "";
storeContract(
  "DirectoryStore",
  async () => {
    last = await folder.fresh();
    return DirectoryStore.open(last);
  },
  (sha256) => anHourAgo(join(last, sha256.slice(0, 2), sha256)),
  100,
);

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

  it("are on the disk before they get their names, and leave nothing where the disk is full", async () => {
    const { store, root } = await open();
    const handle = await openFile(root, "r");
    const files = Object.getPrototypeOf(handle);
    await handle.close();
    const full = Object.assign(new Error("ENOSPC: no space left on device, fdatasync"), {
      code: "ENOSPC",
      syscall: "fdatasync",
    });
    vi.spyOn(files, "datasync").mockRejectedValueOnce(full);
    await expect(store.put(Buffer.from("more"))).rejects.toMatchObject({ code: "NO_ROOM" });
    vi.restoreAllMocks();
    const names = await readdir(root, { recursive: true });
    expect(names.filter((name) => name.length > 2)).toHaveLength(1); // The bytes of before alone.
    const sha256 = await store.put(Buffer.from("more"));
    expect(await store.has(sha256)).toBe(true);
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
      await expect(got).rejects.toThrow(expect.objectContaining({ code: "BLOB_ALTERED" }));
      await expect(got).rejects.toThrow(path);
      await expect(got).rejects.toThrow(sha256);
    }
    const { store, sha256, path } = await open();
    await unlink(path);
    const got = store.get(sha256);
    await expect(got).rejects.toThrow(expect.objectContaining({ code: "BLOB_MISSING" }));
    await expect(got).rejects.toThrow(path);
  });

  it("are repaired by putting the right bytes again", async () => {
    const { store, sha256, path } = await open();
    await writeFile(path, "the Bytes");
    await store.put(Buffer.from("the bytes"));
    expect(Buffer.from(await store.get(sha256)).toString()).toBe("the bytes");
  });

  it("do not count while they are half written", async () => {
    const { root, store, sha256 } = await open();
    await writeFile(join(root, sha256.slice(0, 2), `.${sha256}.left-by-a-crash`), "the");
    const listed = [];
    for await (const { sha256 } of store.list()) listed.push(sha256);
    expect(listed).toEqual([sha256]);
  });

  it("that are half written are swept when they are old, and nothing else", async () => {
    const { root, store, sha256 } = await open();
    const partial = (name: string) => join(root, sha256.slice(0, 2), `.${sha256}.${name}`);
    const old = partial("11111111-1111-4111-8111-111111111111");
    const others = [
      partial("22222222-2222-4222-8222-222222222222"),
      partial("of-another-program"),
      join(root, ".note"),
    ];
    for (const path of [old, ...others]) await writeFile(path, "the");
    const before = (await stat(others[0] ?? "")).mtimeMs - 60_000;
    expect(await store.sweep(before)).toBe(0);
    for (const path of [old, ...others.slice(1)]) await anHourAgo(path);
    expect(await store.sweep(before)).toBe(1);
    await expect(stat(old)).rejects.toThrow("ENOENT");
    for (const path of others) expect((await stat(path)).size).toBe(3);
    expect(Buffer.from(await store.get(sha256)).toString()).toBe("the bytes");
  });

  it("leave nothing half written when the write fails", async () => {
    const { root, store } = await open();
    const bytes = Buffer.from("more bytes");
    const sha256 = await new (await import("../src/memory-store.js")).MemoryStore().put(bytes);
    // A file where the folder should be.
    await writeFile(join(root, sha256.slice(0, 2)), "");
    await expect(store.put(bytes)).rejects.toThrow();
    expect(await store.has(sha256).catch(() => false)).toBe(false);
  });
});
