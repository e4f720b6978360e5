import { parseSpec, type Spec, start, stream } from "@bnas/search";
import { cancelled, runSearch } from "@bnas/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryLog } from "../../log/src/memory-log.js";
import type { BlobStore } from "../../store/src/blob-store.js";
import { loadCheckpoint, saveCheckpoint } from "../../store/src/checkpoint/checkpoint.js";
import { MemoryStore } from "../../store/src/memory-store.js";
import { type CollectOptions, collectGarbage } from "../src/garbage/collect-garbage.js";
import { checkpointsKept, foldSearches, sortBlobs } from "../src/garbage/garbage.js";

const minute = 60_000;
const hour = 60 * minute;
const spec = (given: object = {}): Spec => parseSpec({ preset: "smoke", ...given });
const shas = async (store: BlobStore): Promise<ReadonlySet<string>> => {
  const found = new Set<string>();
  for await (const { sha256 } of store.list()) found.add(sha256);
  return found;
};
const collect = (log: MemoryLog, store: BlobStore, given: Partial<CollectOptions> = {}) =>
  collectGarbage({ logs: [log], store, now: 0, graceMs: hour, keepAll: false, dryRun: false, ...given });
const factsOf = async (log: MemoryLog) => (await log.read(">")).map(({ fact }) => fact);

describe("garbage", () => {
  it.each([
    ["one after another", {}],
    ["side by side", { parallel: 3 }],
    ["without rounds", { strategy: "pc-darts", warmup: { epochs: 15 } }],
  ])(
    "is never what a search still needs, whenever it is collected and whichever process is killed: %s",
    async (_, given) => {
      const whole = await factsOf(await runSearch(spec(given), new MemoryStore(), stream(0, "order")));
      await fc.assert(
        fc.asyncProperty(fc.nat(), async (seed) => {
          let now = 0;
          let collected = 0;
          const store = new MemoryStore(() => now);
          const chance = stream(seed, "chance");
          const maybeCollect = async (log: MemoryLog) => {
            // A log that reaches no blob yet is taken for that of another store: see below.
            const reached = foldSearches(await log.read(">")).some(
              (search) => checkpointsKept(search, { keepAll: false }).size > 0,
            );
            if (!reached || chance.below(3) > 0) return;
            collected += (await collect(log, store, { now })).garbage.count;
          };
          const log = await runSearch(spec(given), store, stream(seed, "order"), {
            fact: async (log) => {
              now += 20 * minute;
              await maybeCollect(log);
            },
            put: async (log) => {
              now += minute;
              await maybeCollect(log);
              const killed = chance.below(6) === 0;
              // What the killed trainer put is there long before another one does the job again.
              if (killed) now += 3 * hour;
              await maybeCollect(log);
              return killed;
            },
          });
          expect(byText(await factsOf(log))).toEqual(byText(whole));
          expect(collected).toBeGreaterThan(0);

          now += 2 * hour;
          await collect(log, store, { now });
          const [search = start("")] = foldSearches(await log.read(">"));
          const [last = "", ...others] = checkpointsKept(search, { keepAll: false });
          expect(others).toEqual([]);
          const before = await shas(store);
          expect((await loadCheckpoint(store, last)).size).toBeGreaterThan(0);
          expect((await collect(log, store, { now, graceMs: 0 })).garbage.count).toBe(0);
          expect(await shas(store)).toEqual(before);
        }),
        { numRuns: 8 },
      );
    },
  );

  it("is everything else when it is collected without a grace time: a live search holds no more than it needs", async () => {
    const store = new MemoryStore(() => 0);
    let most = 0;
    const log = await runSearch(spec(), store, stream(1, "order"), {
      fact: async (log) => {
        if ((await log.read("bnas.search.*.warmup.epoch.1.trained")).length === 0) return;
        await collect(log, store, { graceMs: 0 });
        const checkpoints = foldSearches(await log.read(">")).map(
          (search) => checkpointsKept(search, { keepAll: false }).size,
        );
        most = Math.max(most, ...checkpoints);
      },
    });
    // A sample of a round is evaluated while the next are trained: not more checkpoints than a round has samples, and one.
    expect(most).toBeGreaterThan(1);
    expect((await shas(store)).size).toBeLessThan(20);
    await log.close();
  });

  it("is not an earlier checkpoint of a search that has ended, when all are to be kept", async () => {
    const [all, last] = [new MemoryStore(() => 0), new MemoryStore(() => 0)];
    const logs = [
      await runSearch(spec(), all, stream(0, "order")),
      await runSearch(spec(), last, stream(0, "order")),
    ] as const;
    const before = await shas(all);
    await collect(logs[0], all, { graceMs: 0, keepAll: true });
    await collect(logs[1], last, { graceMs: 0 });
    expect(await shas(all)).toEqual(before);
    expect((await shas(last)).size).toBeLessThan(before.size / 2);
    for (const fact of await factsOf(logs[0])) {
      if ("checkpoint" in fact && fact.checkpoint !== null)
        expect((await loadCheckpoint(all, fact.checkpoint)).size).toBeGreaterThan(0);
    }
  });

  it("is what only a cancelled search needed, but for where it stood", async () => {
    const store = new MemoryStore(() => 0);
    const log = new MemoryLog();
    const whole = await (await runSearch(spec(), store, stream(0, "order"))).read(">");
    for (const stored of whole.slice(0, 30)) await log.append(stored);
    const [live = start("")] = foldSearches(await log.read(">"));
    await log.append(cancelled());
    const [ended = start("")] = foldSearches(await log.read(">"));
    expect(checkpointsKept(ended, { keepAll: false }).size).toBe(1);
    expect(checkpointsKept(live, { keepAll: false })).toContain([...checkpointsKept(ended, { keepAll: false })][0]);
    expect((await collect(log, store, { graceMs: 0 })).searches).toEqual({ live: 0, ended: 1 });
    for (const ref of checkpointsKept(ended, { keepAll: false })) await loadCheckpoint(store, ref);
  });

  it("is counted, and not removed, by a dry run", async () => {
    const store = new MemoryStore(() => 0);
    const log = await runSearch(spec(), store, stream(0, "order"));
    const before = await shas(store);
    const dry = await collect(log, store, { graceMs: 0, dryRun: true });
    expect(await shas(store)).toEqual(before);
    expect(await collect(log, store, { graceMs: 0 })).toEqual(dry);
    expect((await shas(store)).size).toBe(before.size - dry.garbage.count);
    expect(dry.reached.count + dry.garbage.count).toBe(before.size);
  });

  it("is not what another log reaches, though it has a search of the same name", async () => {
    const store = new MemoryStore(() => 0);
    const logs = [
      await runSearch(spec(), store, stream(0, "order")),
      await runSearch(spec({ seed: 9, strategy: "pc-darts" }), store, stream(0, "order")),
    ];
    await collectGarbage({ logs, store, now: 0, graceMs: 0, keepAll: false, dryRun: false });
    for (const log of logs) {
      const [search = start("")] = foldSearches(await log.read(">"));
      for (const ref of checkpointsKept(search, { keepAll: false })) await loadCheckpoint(store, ref);
    }
  });

  it("is left alone where the logs reach no blob at all: they are not of this store, or have lost their facts", async () => {
    const store = new MemoryStore(() => 0);
    const log = await runSearch(spec(), store, stream(0, "order"));
    await expect(collect(new MemoryLog(), store, { graceMs: 0 })).rejects.toThrow(
      expect.objectContaining({ code: "INVALID_INPUT" }),
    );
    const other = new MemoryStore(() => 0);
    await saveCheckpoint(other, null, new Map([["t", { shape: [1], values: Float32Array.of(1) }]]));
    await expect(collect(log, other, { graceMs: 0 })).rejects.toThrow("bnas restore");
    expect((await shas(other)).size).toBe(2);
    expect(await collect(new MemoryLog(), new MemoryStore(), { graceMs: 0 })).toMatchObject({ garbage: { count: 0 } });
  });

  it("is left alone when a live search lacks a checkpoint, which is named; of one that has ended that is only reported", async () => {
    const store = new MemoryStore(() => 0);
    const whole = await (await runSearch(spec(), store, stream(0, "order"))).read(">");
    const log = new MemoryLog();
    for (const stored of whole.slice(0, 30)) await log.append(stored);
    const [live = start("")] = foldSearches(await log.read(">"));
    const [needed = ""] = checkpointsKept(live, { keepAll: false });
    await store.remove(needed, 0);
    const before = await shas(store);
    await expect(collect(log, store, { graceMs: 0 })).rejects.toThrow(
      expect.objectContaining({ code: "BLOB_MISSING" }),
    );
    await expect(collect(log, store, { graceMs: 0 })).rejects.toThrow(needed);
    expect(await shas(store)).toEqual(before);

    const other = await runSearch(spec({ strategy: "pc-darts" }), store, stream(0, "order"));
    await log.append(cancelled());
    const { withoutCheckpoint } = await collect(log, store, { logs: [log, other], graceMs: 0 });
    expect(withoutCheckpoint).toEqual(["s"]);
  });

  it("is removed no further when it is stopped", async () => {
    const store = new MemoryStore(() => 0);
    const log = await runSearch(spec(), store, stream(0, "order"));
    const before = await shas(store);
    const { garbage } = await collect(log, store, { graceMs: 0, signal: AbortSignal.abort() });
    expect(garbage.count).toBe(0);
    expect(await shas(store)).toEqual(before);
  });

  it("is what is unreached and was put at or before the time; each blob is in one heap", () => {
    const blob = fc.record({ sha256: fc.constantFrom(..."abcdefgh"), bytes: fc.nat(), putAt: fc.nat(10) });
    fc.assert(
      fc.property(fc.array(blob), fc.subarray([..."abcdefgh"]), fc.nat(10), (blobs, reached, before) => {
        const heaps = sortBlobs(blobs, new Set(reached), { before });
        expect(heaps.reached.length + heaps.young.length + heaps.garbage.length).toBe(blobs.length);
        expect(heaps.garbage.every(({ sha256, putAt }) => !reached.includes(sha256) && putAt <= before)).toBe(true);
        expect(heaps.young.every(({ sha256, putAt }) => !reached.includes(sha256) && putAt > before)).toBe(true);
      }),
    );
  });
});

/** Facts of a search are compared as a set: evaluations may come in any order. */
const byText = (facts: readonly object[]): readonly string[] => facts.map((fact) => JSON.stringify(fact)).sort();
