import { evolve, type Fact, parseSpec, type Recorded, record, start, stream, writerOf } from "@bnas/search";
import { counting, deleted, evaluated, runSearch } from "@bnas/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryLog } from "../../../packages/log/src/memory-log.js";
import { MemoryStore } from "../../../packages/store/src/memory-store.js";
import { followSearches } from "../src/deciding/follow-searches.js";
import { Searches } from "../src/deciding/searches.js";

const clock = () => new Date("2026-01-02T03:04:05.000Z");
const spec = parseSpec({ preset: "smoke", warmup: { epochs: 1 } });
const whole = (await (await runSearch(spec, new MemoryStore(), stream(0, "order"))).read(">")).map(({ fact }) => fact);
const recorded = (id: string, fact: Fact): Recorded => record(id, fact, writerOf(fact.kind), clock().toISOString());
const logWith = async (searches: Readonly<Record<string, readonly Fact[]>>): Promise<MemoryLog> => {
  const log = new MemoryLog();
  for (const [id, facts] of Object.entries(searches)) for (const fact of facts) await log.append(recorded(id, fact));
  return log;
};
const folded = (id: string, facts: readonly Fact[]) => facts.reduce(evolve, start(id));
const cancelled: Fact = { kind: "search.cancelled", reason: "enough" };

describe("the searches of a log", () => {
  it("are read at the start as far as they live: of those that have ended only that they have", async () => {
    const { log, read } = counting(
      await logWith({ ended: whole, live: whole.slice(0, 9), gone: [...whole.slice(0, 5), cancelled] }),
    );
    const searches = await Searches.open(log);
    expect(read.filter((pattern) => !pattern.includes("*"))).toEqual(["bnas.search.live.>"]);
    expect(searches.list().map(([id, { state }]) => [id, state])).toEqual([
      ["ended", "finished"],
      ["gone", "cancelled"],
      ["live", "live"],
    ]);
    expect(searches.live().map(({ search }) => search)).toEqual([folded("live", whole.slice(0, 9))]);
    read.length = 0;
    expect((await searches.get("ended"))?.search).toEqual(folded("ended", whole));
    expect((await searches.get("live"))?.search).toEqual(folded("live", whole.slice(0, 9)));
    expect(read.filter((pattern) => pattern.endsWith(">"))).toEqual(["bnas.search.ended.>"]);
  });

  it("that were asked for last are not read again; of many the first are", async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `s${i}`);
    const { log, read } = counting(
      await logWith(Object.fromEntries(ids.map((id) => [id, [...whole.slice(0, 3), cancelled]]))),
    );
    const searches = await Searches.open(log);
    const asked = async (id: string) => {
      read.length = 0;
      await Promise.all([searches.get(id), searches.get(id)]);
      return read.filter((pattern) => pattern.endsWith(">")).length;
    };
    expect([await asked("s0"), await asked("s0")]).toEqual([1, 0]);
    for (const id of ids) await asked(id);
    expect([await asked("s39"), await asked("s0")]).toEqual([0, 1]);
  });

  it("stand where who followed from the first fact stands, whenever one starts", async () => {
    const facts = [
      ...whole.slice(0, 30).map((fact) => ["a", fact] as const),
      ...whole.map((fact) => ["b", fact] as const),
    ];
    const more = [...facts, ["c", whole[0]] as const, ["c", cancelled] as const, ["c", whole[4]] as const];
    await fc.assert(
      fc.asyncProperty(fc.nat(more.length), fc.integer({ min: 0, max: 99 }), async (begun, seed) => {
        const drawn = stream(seed, "mix");
        // Each search in its own order, mixed with the others.
        const rest = new Map(
          ["a", "b", "c"].map((id) => [id, more.filter(([of]) => of === id).map(([, fact]) => fact)]),
        );
        const log = new MemoryLog();
        let searches: Searches | undefined;
        const stop = new AbortController();
        let following: Promise<void> | undefined;
        for (let step = 0; step < more.length; step++) {
          if (step === begun) {
            searches = await Searches.open(log);
            following = followSearches(searches, { writer: "trainer", clock, signal: stop.signal });
          }
          const left = [...rest].filter(([, facts]) => facts.length > 0);
          const [id, facts] = left[drawn.below(left.length)] ?? ["", []];
          const fact = facts.shift();
          if (fact !== undefined) await log.append(recorded(id, fact));
        }
        searches ??= await Searches.open(log);
        const restarted = await Searches.open(log);
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
        expect(searches.list().map(([id, { state }]) => [id, state])).toEqual(
          restarted.list().map(([id, { state }]) => [id, state]),
        );
        for (const [id] of restarted.list()) expect(await searches.get(id)).toEqual(await restarted.get(id));
        stop.abort();
        await following;
      }),
      { numRuns: 25 },
    );
  });

  it("that another process opened or deleted a moment ago are known, though no watch has brought that", async () => {
    const log = await logWith({ a: whole });
    const searches = await Searches.open(log);
    await log.append(recorded("b", { kind: "search.opened", spec }));
    expect((await searches.get("b"))?.search).toEqual(folded("b", whole.slice(0, 1)));
    expect(await searches.get("c")).toBeUndefined();
    await log.append(deleted("a"));
    expect(await searches.get("a")).toBeUndefined();
    expect(searches.known("a")).toEqual({ state: "deleted", used: {} });
  });

  it("give a fact that came after the end, as it counts for where to watch from", async () => {
    const log = await logWith({ s: [...whole.slice(0, 12), cancelled] });
    const searches = await Searches.open(log);
    const before = (await searches.get("s"))?.sequence ?? 0;
    const { stored } = await log.append(evaluated(9, "s"));
    searches.add(stored);
    expect((await searches.get("s"))?.sequence).toBe(before + 1);
  });

  it("take facts of a search that no one opened for nothing", async () => {
    const log = await logWith({ s: whole.slice(1, 5) });
    expect((await Searches.open(log)).list()).toEqual([]);
    expect(await (await Searches.open(log)).get("s")).toBeUndefined();
  });
});
