import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fault } from "@bnas/errors";
import { MemoryLog } from "@bnas/log";
import { DirectoryStore, MemoryStore } from "@bnas/store";
import { afterAll, describe, expect, it } from "vitest";
import { checkStore } from "../src/usecases/check-store.js";
import { createSearch } from "../src/usecases/create-search.js";
import { openMesh } from "./mesh.js";

const folder = mkdtempSync(join(tmpdir(), "bnas-check-store-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A store whose disk is taken away after it was opened. */
const storeThatIsGone = async () => {
  const root = join(folder, "gone");
  const store = await DirectoryStore.open(root);
  rmSync(root, { recursive: true });
  writeFileSync(root, "no folder any more");
  return store;
};

const blobsOf = async (store: DirectoryStore) => {
  const blobs: string[] = [];
  for await (const { sha256 } of store.list()) blobs.push(sha256);
  return blobs;
};

describe("before a search is opened its store", () => {
  it("is written and left as it was", async () => {
    const store = await DirectoryStore.open(join(folder, "well"));
    await checkStore(store);
    expect(await blobsOf(store)).toEqual([]);
  });

  it("keeps it from being opened when it cannot be written, by a request to check alone and by any other", async () => {
    const log = new MemoryLog();
    const mesh = await openMesh(log, await storeThatIsGone());
    for (const validateOnly of [true, false]) {
      const asked = createSearch({ searchId: "a", spec: { preset: "smoke" }, validateOnly, owner: "" } as never, mesh);
      await expect(asked).rejects.toMatchObject({
        code: "FAILED_PRECONDITION",
        message: expect.stringMatching(/store of blobs cannot be written: .*gone/),
        hint: expect.stringMatching(/right to write/),
      });
    }
    expect(await log.last()).toBe(0);
  });

  it("needs no right to remove, which only gc and DeleteSearch have a use for", async () => {
    const denied = () => Promise.reject(fault("PERMISSION_DENIED", "may not remove", ""));
    const store = Object.assign(new MemoryStore(() => 0), { remove: denied });
    await expect(checkStore(store)).resolves.toBeUndefined();
  });

  it("that does not answer is said to be out of reach, which may pass", async () => {
    const away = fault("UNAVAILABLE", "the store does not answer", "wait");
    const store = Object.assign(new MemoryStore(() => 0), { put: () => Promise.reject(away) });
    await expect(checkStore(store)).rejects.toBe(away);
  });

  it("is not asked where the pruner has no such setting", async () => {
    await expect(checkStore(undefined)).resolves.toBeUndefined();
  });
});
