import { describe, expect, it } from "vitest";
import { noteRecords } from "../../telemetry/test/noting-recorder.js";
import { MemoryStore } from "../src/memory-store.js";
import { TracedStore } from "../src/traced-store.js";

const { spans, recorder } = noteRecords();
const absent = "0".repeat(64);

describe("a traced store", () => {
  it("records a span for a blob that is put or fetched: which it is, and how large", async () => {
    const store = new TracedStore(new MemoryStore(), recorder);
    const sha256 = await store.put(Uint8Array.of(1, 2, 3));
    expect([...(await store.get(sha256))]).toEqual([1, 2, 3]);
    const attributes = { "bnas.blob": sha256, "bnas.blob.bytes": 3 };
    expect(spans).toEqual([
      { name: "put blob", attributes, ended: true },
      { name: "get blob", attributes, ended: true },
    ]);
  });

  it("says that a blob was missing, and passes the error on", async () => {
    await expect(new TracedStore(new MemoryStore(), recorder).get(absent)).rejects.toMatchObject({
      code: "BLOB_MISSING",
    });
    expect(spans).toEqual([
      { name: "get blob", attributes: { "bnas.blob": absent }, failed: "BLOB_MISSING", ended: true },
    ]);
  });

  it("is else the store that it records", async () => {
    const inner = Object.assign(new MemoryStore(() => 5), { sweep: async (before: number) => before + 1 });
    const store = new TracedStore(inner, recorder);
    const sha256 = await store.put(Uint8Array.of(1));
    expect([await store.has(sha256), await store.has(absent)]).toEqual([true, false]);
    const listed = [];
    for await (const blob of store.list()) listed.push(blob);
    expect(listed).toEqual([{ sha256, bytes: 1, putAt: 5 }]);
    expect([await store.remove(sha256, 4), await store.remove(sha256, 5), await store.has(sha256)]).toEqual([
      false,
      true,
      false,
    ]);
    expect(await store.sweep(7)).toBe(8);
  });
});
