import type { Tensors } from "@bnas/search";
import { beforeEach, describe, expect, it } from "vitest";
import { readManifest, saveCheckpoint } from "../src/checkpoint/checkpoint.js";
import { type Descent, descentFault } from "../src/checkpoint/descent.js";
import { MemoryStore } from "../src/memory-store.js";

const tensors = (values: Record<string, number>): Tensors =>
  new Map(Object.entries(values).map(([name, value]) => [name, { shape: [1], values: Float32Array.of(value) }]));

let store: MemoryStore;
let from: string;
let made: string;
beforeEach(async () => {
  store = new MemoryStore();
  from = await saveCheckpoint(store, null, tensors({ stem: 1, cell: 2 }));
  made = await saveCheckpoint(store, from, tensors({ cell: 3 }));
});

const fault = (descent: Descent) => descentFault(descent, store, (ref) => readManifest(store, ref));
const blobsOf = async (ref: string) => [...(await readManifest(store, ref)).values()].map(({ blob }) => blob);

describe("the descent of a checkpoint", () => {
  it("fits what its job began with", async () => {
    expect(await fault({ checkpoint: made, from })).toBeUndefined();
  });

  it("does not fit where it shares nothing with what its job began with", async () => {
    const foreign = await saveCheckpoint(store, null, tensors({ stem: 5, cell: 6 }));
    const changed = await saveCheckpoint(store, foreign, tensors({ cell: 7 }));
    expect(await fault({ checkpoint: changed, from })).toMatch(/2 blobs that are not of/);
  });

  it("fits where what it was made of was collected, as long as all of its own blobs are there", async () => {
    const part = await saveCheckpoint(store, from, tensors({ cell: 4 }));
    await store.remove(part, Number.POSITIVE_INFINITY);
    expect(await fault({ checkpoint: made, from, parts: [part] })).toBeUndefined();
    await store.remove(from, Number.POSITIVE_INFINITY);
    expect(await fault({ checkpoint: made, from })).toBeUndefined();
    const [blob = ""] = await blobsOf(made);
    await store.remove(blob, Number.POSITIVE_INFINITY);
    expect(await fault({ checkpoint: made, from })).toMatch(/is missing/);
  });

  it("is unknown without its own manifest", async () => {
    await store.remove(made, Number.POSITIVE_INFINITY);
    await expect(fault({ checkpoint: made, from })).rejects.toThrow(/missing/);
  });
});
