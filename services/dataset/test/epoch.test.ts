import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { epochOrder, slices } from "../src/divide/epoch.js";
import { refusal } from "./builders.js";

const images = Uint32Array.from({ length: 50 }, (_, i) => 3 * i);
const first = { seed: 1, split: "weight", epoch: 0 } as const;

describe("the order of an epoch", () => {
  it("is a permutation of the split", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), fc.nat(1000), (seed, epoch) => {
        expect(epochOrder(images, { ...first, seed, epoch }).sort()).toEqual(images);
      }),
    );
  });

  it("depends on seed, split and epoch alone", () => {
    const order = epochOrder(images, first);
    expect(epochOrder(images, { ...first })).toEqual(order);
    expect(epochOrder(images, { ...first, epoch: 1 })).not.toEqual(order);
    expect(epochOrder(images, { ...first, seed: 2 })).not.toEqual(order);
    expect(epochOrder(images, { ...first, split: "strength" })).not.toEqual(order);
  });

  it("leaves the split as it is", () => {
    const before = images.slice();
    epochOrder(images, first);
    expect(images).toEqual(before);
  });
});

describe("the batches of an epoch", () => {
  const cuts = fc.record({
    count: fc.integer({ min: 1, max: 200 }),
    batch: fc.integer({ min: 1, max: 60 }),
    shards: fc.integer({ min: 1, max: 7 }),
  });
  const ofAllShards = (count: number, batch: number, shards: number, keepLast: boolean) =>
    Array.from({ length: shards }, (_, shard) => slices(count, { batch, shard, shards, keepLast }))
      .flat()
      .sort((one, other) => one.index - other.index);

  it("are shared out by shards: together they give every batch once, in the order of one stream", () => {
    fc.assert(
      fc.property(cuts, ({ count, batch, shards }) => {
        expect(ofAllShards(count, batch, shards, true)).toEqual(ofAllShards(count, batch, 1, true));
      }),
    );
  });

  it("give every image once when the last one is kept", () => {
    fc.assert(
      fc.property(cuts, ({ count, batch, shards }) => {
        const places = ofAllShards(count, batch, shards, true).flatMap(({ from, to }) =>
          Array.from({ length: to - from }, (_, offset) => from + offset),
        );
        expect(places).toEqual(Array.from({ length: count }, (_, i) => i));
      }),
    );
  });

  it("are all full when the smaller last one is dropped", () => {
    expect(slices(10, { batch: 4, shard: 0, shards: 1, keepLast: false })).toEqual([
      { index: 0, from: 0, to: 4 },
      { index: 1, from: 4, to: 8 },
    ]);
  });

  it("are refused when a batch is larger than the split, naming both", async () => {
    const error = await refusal(() => slices(10, { batch: 11, shard: 0, shards: 1, keepLast: false }));
    expect(error).toMatchObject({ field: "batch", value: 11 });
    expect(error.message).toContain("up to 10");
  });

  it("are one smaller batch when a batch is larger than the split and the last one is kept", () => {
    expect(slices(10, { batch: 11, shard: 0, shards: 1, keepLast: true })).toEqual([{ index: 0, from: 0, to: 10 }]);
  });

  it("are refused for an empty split, a batch of none and a shard beyond the shards", async () => {
    const cut = { batch: 1, shard: 0, shards: 1, keepLast: true };
    expect((await refusal(() => slices(0, cut))).message).toContain("empty");
    expect((await refusal(() => slices(5, { ...cut, batch: 0 }))).field).toBe("batch");
    expect((await refusal(() => slices(5, { ...cut, shard: 1 }))).field).toBe("shard");
  });
});
