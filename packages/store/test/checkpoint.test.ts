import { isBnasError } from "@bnas/errors";
import type { Tensors } from "@bnas/search";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadCheckpoint, readManifest, saveCheckpoint } from "../src/checkpoint/checkpoint.js";
import { MemoryStore } from "../src/memory-store.js";

/** A store that says how much was put. */
class CountingStore extends MemoryStore {
  puts = 0;
  override put(bytes: Uint8Array): Promise<string> {
    this.puts++;
    return super.put(bytes);
  }
}

const tensors = (values: Record<string, readonly number[]>): Tensors =>
  new Map(Object.entries(values).map(([name, of]) => [name, { shape: [of.length], values: Float32Array.from(of) }]));

const plain = (of: Tensors) =>
  Object.fromEntries([...of].map(([name, { shape, values }]) => [name, { shape, values: [...values] }]));

const anyTensors = fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.array(fc.float(), { maxLength: 6 }), {
  maxKeys: 6,
  noNullPrototype: true,
});

describe("a checkpoint", () => {
  it("gives back every tensor, bit for bit", async () => {
    await fc.assert(
      fc.asyncProperty(anyTensors, async (values) => {
        const store = new MemoryStore();
        const saved = tensors(values);
        const loaded = await loadCheckpoint(store, await saveCheckpoint(store, null, saved));
        expect(plain(loaded)).toEqual(plain(saved));
      }),
      { numRuns: 50 },
    );
  });

  it("keeps shapes, the scalar's and the empty one's too", async () => {
    const store = new MemoryStore();
    const saved: Tensors = new Map([
      ["scalar", { shape: [], values: Float32Array.of(-0) }],
      ["empty", { shape: [0, 3], values: new Float32Array() }],
      ["matrix", { shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    ]);
    expect(await loadCheckpoint(store, await saveCheckpoint(store, null, saved))).toEqual(
      new Map([...saved].sort(([a], [b]) => (a < b ? -1 : 1))),
    );
  });

  it("is the base with what changed in its place", async () => {
    await fc.assert(
      fc.asyncProperty(anyTensors, anyTensors, async (before, changed) => {
        const store = new MemoryStore();
        const base = await saveCheckpoint(store, null, tensors(before));
        const loaded = await loadCheckpoint(store, await saveCheckpoint(store, base, tensors(changed)));
        expect(plain(loaded)).toEqual(plain(new Map([...tensors(before), ...tensors(changed)])));
      }),
      { numRuns: 50 },
    );
  });

  it("writes what changed as one blob and one manifest, and nothing else", async () => {
    const store = new CountingStore();
    const base = await saveCheckpoint(store, null, tensors({ a: [1], b: [2], c: [3] }));
    expect(store.puts).toBe(2);
    const next = await saveCheckpoint(store, base, tensors({ a: [1], b: [7] }));
    expect(store.puts).toBe(4);
    const written = (await readManifest(store, next)).get("b")?.blob ?? "";
    expect(await store.get(written)).toHaveLength(4);
  });

  it("has the base's own reference when nothing changed, and one reference however its tensors were ordered", async () => {
    const store = new MemoryStore();
    const base = await saveCheckpoint(store, null, tensors({ b: [2], a: [1], C: [3] }));
    expect(await saveCheckpoint(store, base, tensors({ a: [1] }))).toBe(base);
    expect(await saveCheckpoint(store, null, tensors({ C: [3], a: [1], b: [2] }))).toBe(base);
  });

  it("writes nothing when nothing changed, and the manifest alone of tensors that are in blobs already", async () => {
    const store = new CountingStore();
    const base = await saveCheckpoint(store, null, tensors({ a: [1], b: [2] }));
    const before = store.puts;
    await saveCheckpoint(store, base, tensors({ a: [1] }));
    expect(store.puts).toBe(before);
    expect(await saveCheckpoint(store, await readManifest(store, base), tensors({ a: [1] }))).toBe(base);
    expect(store.puts).toBe(before + 1);
  });

  it("is a manifest of sorted names whose blobs are little-endian floats", async () => {
    const store = new MemoryStore();
    const ref = await saveCheckpoint(store, null, tensors({ b: [1], a: [1] }));
    const { sha256 = "", blob = "" } = (await readManifest(store, ref)).get("a") ?? {};
    expect([...(await store.get(blob))]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0x80, 0x3f]);
    const entry = (offset: number) =>
      `{"dtype":"float32","shape":[1],"sha256":"${sha256}","blob":"${blob}","offset":${offset}}`;
    expect(Buffer.from(await store.get(ref)).toString()).toBe(
      `{"version":1,"tensors":{"a":${entry(0)},"b":${entry(4)}}}`,
    );
  });

  it("loads only what is wanted", async () => {
    const store = new MemoryStore();
    const ref = await saveCheckpoint(store, null, tensors({ "cell.0": [1], "cell.1": [2] }));
    const loaded = await loadCheckpoint(store, ref, (name) => name === "cell.1" || name === "absent");
    expect(plain(loaded)).toEqual(plain(tensors({ "cell.1": [2] })));
  });

  it("names the blob that is missing, and the blob that is no manifest", async () => {
    const store = new MemoryStore();
    await expect(loadCheckpoint(store, "0".repeat(64))).rejects.toThrow("0".repeat(64));
    for (const text of [
      "not a manifest",
      "{}",
      '{"version":2,"tensors":{}}',
      '{"version":1,"tensors":{"a":{"dtype":"int8"}}}',
    ]) {
      const ref = await store.put(Buffer.from(text));
      await expect(loadCheckpoint(store, ref)).rejects.toThrow(`checkpoint ${ref}`);
    }
  });

  it("says where a manifest is wrong, the first place of several, and no place of what is no manifest at all", async () => {
    const store = new MemoryStore();
    const hintOf = async (text: string): Promise<string> => {
      const error: unknown = await readManifest(store, await store.put(Buffer.from(text))).catch((thrown) => thrown);
      return isBnasError(error) ? error.hint : "";
    };
    const entry = { dtype: "int8", shape: [1], sha256: "0".repeat(64), blob: "short", offset: 0 };
    const text = JSON.stringify({ version: 1, tensors: { a: entry } });
    expect(await hintOf(text)).toMatch(/ at tensors\.a\.dtype\. Give the reference/);
    expect(await hintOf("not a manifest")).toMatch(/^[^.]*\. Give the reference/);
    expect(await hintOf("not a manifest")).not.toContain(" at ");
  });

  it("refuses values that do not fill their shape, when it is saved and when it is loaded", async () => {
    const store = new MemoryStore();
    const wrong: Tensors = new Map([["a", { shape: [2, 2], values: Float32Array.of(1, 2, 3) }]]);
    await expect(saveCheckpoint(store, null, wrong)).rejects.toThrow("tensor a");
    const sha256 = await store.put(Buffer.alloc(12));
    const entry = { dtype: "float32", shape: [2, 2], sha256, blob: sha256, offset: 0 };
    const ref = await store.put(Buffer.from(JSON.stringify({ version: 1, tensors: { a: entry } })));
    await expect(loadCheckpoint(store, ref)).rejects.toThrow("tensor a");
  });

  it("names the tensor whose bytes are not those of its hash", async () => {
    const store = new MemoryStore();
    const blob = await store.put(Buffer.alloc(4));
    const entry = { dtype: "float32", shape: [1], sha256: "0".repeat(64), blob, offset: 0 };
    const ref = await store.put(Buffer.from(JSON.stringify({ version: 1, tensors: { a: entry } })));
    await expect(loadCheckpoint(store, ref)).rejects.toThrow("tensor a");
  });

  it("saves the part of a buffer that a view shows", async () => {
    const store = new MemoryStore();
    const view = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    const ref = await saveCheckpoint(store, null, new Map([["a", { shape: [2], values: view }]]));
    expect(plain(await loadCheckpoint(store, ref))).toEqual(plain(tensors({ a: [2, 3] })));
  });
});
