import { createHash } from "node:crypto";
import type { FactOf, Tensors } from "@bnas/search";
import { loadCheckpoint, MemoryStore, readManifest, saveCheckpoint } from "@bnas/store";
import { describe, expect, it } from "vitest";
import { mergePass } from "../src/merge-pass.js";

const tensors = (values: Record<string, readonly number[]>): Tensors =>
  new Map(Object.entries(values).map(([name, of]) => [name, { shape: [of.length], values: Float32Array.from(of) }]));

const plain = (of: Tensors) => Object.fromEntries([...of].map(([name, { values }]) => [name, [...values]]));

/** A store that tells the bytes of every new blob. */
class CountingStore extends MemoryStore {
  readonly written: number[] = [];
  override async put(bytes: Uint8Array): Promise<string> {
    if (!(await this.has(createHash("sha256").update(bytes).digest("hex")))) this.written.push(bytes.length);
    return super.put(bytes);
  }
}

/** A pass of samples that were trained from one base: what each changed, and on how many images. */
const pass = async (
  store: MemoryStore,
  before: Record<string, readonly number[]>,
  ...changes: readonly (readonly [Record<string, readonly number[]>, number])[]
): Promise<{ merge: FactOf<"pass.merge.requested"> }> => {
  const from = await saveCheckpoint(store, null, tensors(before));
  const samples = [];
  for (const [changed, images] of changes)
    samples.push({ checkpoint: await saveCheckpoint(store, from, tensors(changed)), images });
  return { merge: { kind: "pass.merge.requested", round: 1, pass: 1, from, samples } };
};

const base = { stem: [0, 0], "stem/momentum": [0, 0], a: [1], b: [1], c: [1], alpha: [0.5] };
const first = [{ stem: [3, 1], "stem/momentum": [1, 1], a: [2], "a/momentum": [0.5] }, 100] as const;
const second = [{ stem: [0, 4], "stem/momentum": [4, 1], b: [3], "b/momentum": [0.25] }, 200] as const;
const clock = () => 0;

describe("the merge of a pass", () => {
  it("has the own operations of every sample, the mean by images of what they share, and the rest of the base", async () => {
    const store = new MemoryStore();
    const { checkpoint } = await mergePass(await pass(store, base, first, second), { store }, { clock });
    expect(plain(await loadCheckpoint(store, checkpoint))).toEqual({
      alpha: [0.5],
      c: [1],
      a: [2],
      "a/momentum": [0.5],
      b: [3],
      "b/momentum": [0.25],
      stem: [1, 3],
      "stem/momentum": [3, 1],
    });
  });

  it("writes the means and a manifest, and copies nothing", async () => {
    const store = new CountingStore();
    const job = await pass(store, base, first, second);
    store.written.length = 0;
    const { checkpoint } = await mergePass(job, { store }, { clock });
    expect(store.written).toHaveLength(2);
    expect(store.written[0]).toBe(4 * 4);
    const merged = await readManifest(store, checkpoint);
    const sample = await readManifest(store, job.merge.samples[0]?.checkpoint ?? "");
    expect(merged.get("a")).toEqual(sample.get("a"));
  });

  it("gives the same checkpoint when it is done again", async () => {
    const store = new MemoryStore();
    const job = await pass(store, base, first, second);
    const once = await mergePass(job, { store }, { clock });
    expect(await mergePass(job, { store }, { clock })).toEqual(once);
  });

  it("of one sample is the checkpoint of that sample", async () => {
    const store = new MemoryStore();
    const job = await pass(store, base, first);
    const { checkpoint } = await mergePass(job, { store }, { clock });
    expect(checkpoint).toBe(job.merge.samples[0]?.checkpoint);
  });

  it("of samples that changed nothing is the base", async () => {
    const store = new MemoryStore();
    const job = await pass(store, base, [{}, 100], [{}, 100]);
    expect((await mergePass(job, { store }, { clock })).checkpoint).toBe(job.merge.from);
  });

  it("tells its seconds", async () => {
    const store = new MemoryStore();
    let now = 1000;
    const ticking = () => {
      now += 250;
      return now;
    };
    expect((await mergePass(await pass(store, base, first), { store }, { clock: ticking })).seconds).toBe(0.25);
  });

  it("fails by the hash of a checkpoint that is not there", async () => {
    const store = new MemoryStore();
    const { merge } = await pass(store, base, first);
    const samples = [...merge.samples, { checkpoint: "0".repeat(64), images: 1 }];
    await expect(mergePass({ merge: { ...merge, samples } }, { store }, { clock })).rejects.toThrow(
      expect.objectContaining({ code: "BLOB_MISSING" }),
    );
  });
});
