import { MemoryLog } from "@bnas/log";
import type { SearchServiceImplementation } from "@bnas/proto";
import { type Fact, replay } from "@bnas/search";
import { readSearchFacts } from "@bnas/searches";
import { MemoryStore } from "@bnas/store";
import { describe, expect, it } from "vitest";
import { Archivist } from "../src/retention/archive-searches.js";
import { retentionMs } from "../src/retention/retention.js";
import { searchRpc } from "../src/rpc.js";
import { deleteSearch } from "../src/usecases/delete-search.js";
import { CutOff, cutOff } from "./cut-off.js";
import { appendAll, blobsIn, clock, leadOnce, type Mesh, meshWith, opened, openMesh, searched } from "./mesh.js";

const day = 24 * 3_600_000;
/** A look at the searches so long after they ended. */
const sweep = (mesh: Mesh, { after = 8 * day, retention = 7 * day } = {}): Promise<void> => {
  if (mesh.store === undefined) throw new Error("who archives has a store");
  const later = () => new Date(clock().getTime() + after);
  return new Archivist({ ...mesh, store: mesh.store, clock: later }, retention).sweep(new AbortController().signal);
};
const subjects = async ({ log }: Mesh, searchId: string) =>
  (await log.read(`bnas.search.${searchId}.>`)).map(({ subject }) => subject);

/** Every answer of SearchService about a search, as text. */
const answers = async (mesh: Mesh, searchId: string): Promise<readonly string[]> => {
  const rpc: SearchServiceImplementation = searchRpc(mesh);
  const signal = new AbortController().signal;
  // The methods use nothing of a call but its signal.
  const context = { signal } as Parameters<SearchServiceImplementation["getSearch"]>[1];
  const watched = async (afterSequence: number) => {
    const all: unknown[] = [];
    for await (const one of rpc.watchSearch({ searchId, afterSequence }, context)) all.push(one);
    return all;
  };
  const asked = [
    () => rpc.getSearch({ searchId }, context),
    () => rpc.listSearches({ pageSize: 0, pageToken: "", state: 0 }, context),
    () => rpc.listSearches({ pageSize: 1, pageToken: "", state: 3 }, context),
    () => rpc.getLedger({ searchId }, context),
    () => rpc.getArchitecture({ searchId }, context),
    () => rpc.createSearch({ searchId, spec: { preset: "smoke" }, validateOnly: false, owner: "" } as never, context),
    () => rpc.pauseSearch({ searchId }, context),
    () => rpc.cancelSearch({ searchId, reason: "late" }, context),
    ...[0, 5, 40, 100_000].map((after) => () => watched(after)),
  ];
  const logged: string[] = [];
  for (const ask of asked) {
    logged.push(
      await ask().then(
        (answer) => JSON.stringify(answer),
        (error: unknown) => `refused: ${error}`,
      ),
    );
  }
  return logged;
};

describe("an archived search", () => {
  const kinds: Readonly<Record<string, (facts: readonly Fact[]) => readonly Fact[]>> = {
    finished: (facts) => facts,
    cancelled: (facts) => [
      ...facts.slice(0, 40),
      { kind: "search.cancelled", reason: "enough" },
      ...facts.slice(40, 42),
    ],
    failed: (facts) => [...facts.slice(0, 9), { kind: "search.failed", reason: "no memory", hint: "less batch" }],
    paused: (facts) => [
      ...facts.slice(0, 9),
      { kind: "search.paused", control: 1 },
      { kind: "search.cancelled", reason: "enough" },
    ],
  };

  it.each(Object.keys(kinds))("gives every answer byte for byte as before: one that was %s", async (kind) => {
    const store = new MemoryStore(() => 0);
    const facts = kinds[kind]?.(await searched(store)) ?? [];
    const log = new MemoryLog();
    const mesh = await openMesh(log, store);
    // Among those of another, so that its sequences have gaps.
    await appendAll(log, "other", [opened]);
    for (const fact of facts) {
      await appendAll(log, "s", [fact]);
      await appendAll(log, "other", [{ kind: "search.paused", control: (await log.last()) + 1 }]);
    }
    const before = await answers(await openMesh(log, store), "s");
    const following = await openMesh(log, store);
    await sweep(following);
    expect(await subjects(mesh, "s")).toEqual(["bnas.search.s.archived"]);
    for (const asked of [following, await openMesh(log, store)]) expect(await answers(asked, "s")).toEqual(before);
    const read = await readSearchFacts(log, store, "s");
    expect(read?.map(({ fact }) => fact)).toEqual(facts);
    expect(replay("s", facts).disagreements).toEqual([]);
  });

  it("is one whose end is longer ago than the retention time, no other", async () => {
    const mesh = await meshWith({ ended: {} });
    await appendAll(mesh.log, "live", [opened]);
    const both = await openMesh(mesh.log, mesh.store);
    const before = await mesh.log.read(">");
    await sweep(both, { after: 7 * day - 1 });
    expect(await mesh.log.read(">")).toEqual(before);
    await sweep(both, { after: 7 * day });
    expect(await subjects(both, "ended")).toEqual(["bnas.search.ended.archived"]);
    expect(await subjects(both, "live")).toEqual(["bnas.search.live.opened"]);
  });

  it("loses nothing when its archiving is cut off at any step, and is archived by the next look", async () => {
    const store = new MemoryStore(() => 0);
    const facts = await searched(store);
    for (let changes = 0; ; changes++) {
      const log = new MemoryLog();
      await appendAll(log, "s", facts);
      const before = await answers(await openMesh(log, store), "s");
      const cut = cutOff({ log, store }, changes);
      const first = await sweep(await openMesh(cut.log, cut.store)).catch((error: unknown) => error);
      if (first === undefined) break;
      expect(first).toBeInstanceOf(CutOff);
      const next = await openMesh(log, store);
      expect(await answers(next, "s")).toEqual(before);
      await leadOnce(next);
      await sweep(next);
      expect(await subjects(next, "s")).toEqual(["bnas.search.s.archived"]);
      expect(await answers(next, "s")).toEqual(before);
      expect(changes).toBeLessThan(20);
    }
  });

  it("stays in the log when its facts do not follow from each other", async () => {
    const store = new MemoryStore(() => 0);
    const facts = await searched(store);
    const log = new MemoryLog();
    await appendAll(
      log,
      "s",
      facts.toSpliced(
        facts.findIndex(({ kind }) => kind === "sample.trained"),
        1,
      ),
    );
    const mesh = await openMesh(log, store);
    const before = await log.read(">");
    await sweep(mesh);
    expect(await log.read(">")).toEqual(before);
  });

  it("is answered as FAILED_PRECONDITION by a pruner without the store, and says what to set", async () => {
    const mesh = await meshWith({ s: {} });
    await sweep(mesh);
    const bare = await openMesh(mesh.log);
    const asked = searchRpc(bare).getSearch({ searchId: "s" }, {} as never);
    await expect(asked).rejects.toMatchObject({
      code: "FAILED_PRECONDITION",
      hint: expect.stringMatching(/store/),
    });
  });

  it("may be deleted: its blob goes, and its checkpoints, with or without a cut in between", async () => {
    const store = new MemoryStore(() => 0);
    const facts = await searched(store, { seed: 4 });
    const whole = await blobsIn(store);
    for (let changes = 0; ; changes++) {
      const log = new MemoryLog();
      const copy = new MemoryStore(() => 0);
      for (const blob of whole) await copy.put(await store.get(blob));
      await appendAll(log, "s", facts);
      await sweep(await openMesh(log, copy));
      const cut = cutOff({ log, store: copy }, changes);
      const first = await deleteSearch(await openMesh(cut.log, cut.store), "s").catch((error: unknown) => error);
      const next = await openMesh(log, copy);
      if (changes % 2 === 0) await deleteSearch(next, "s");
      else await leadOnce(await openMesh(log, copy));
      if (changes > 0) {
        expect(await subjects(next, "s")).toEqual(["bnas.search.s.deleted"]);
        expect(await blobsIn(copy)).toEqual(new Set());
      }
      if (first === undefined) break;
      expect(first).toBeInstanceOf(CutOff);
      expect(changes).toBeLessThan(1000);
    }
  });

  it("is still watched to its end by who had not read so far", async () => {
    const store = new MemoryStore(() => 0);
    const facts = await searched(store);
    const log = new MemoryLog();
    await appendAll(log, "s", facts.slice(0, 20));
    const mesh = await openMesh(log, store);
    const stop = new AbortController();
    const watching = searchRpc(mesh).watchSearch({ searchId: "s", afterSequence: 0 }, { signal: stop.signal } as never);
    const seen: number[] = [];
    for await (const { sequence = 0 } of watching) {
      seen.push(sequence);
      if (seen.length > 1) continue;
      await appendAll(log, "s", facts.slice(20));
      await sweep(await openMesh(log, store));
    }
    expect(seen).toEqual(facts.map((_, i) => i + 1));
  });
});

describe("a retention time", () => {
  it.each([
    ["90s", 90_000],
    ["30m", 1_800_000],
    ["12h", 43_200_000],
    ["7d", 604_800_000],
  ])("may be %s", (text, milliseconds) => expect(retentionMs(text)).toBe(milliseconds));

  it.each(["", "7", "7w", "-1d", "1.5h", "7d "])("may not be %j", (text) => {
    expect(() => retentionMs(text)).toThrow(/retention.*s, m, h or d/);
  });
});
