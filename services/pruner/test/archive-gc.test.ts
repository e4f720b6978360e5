import { MemoryLog } from "@bnas/log";
import { collectGarbage, readSearchFacts, restoreFacts } from "@bnas/searches";
import { loadCheckpoint, type MemoryStore } from "@bnas/store";
import { describe, expect, it } from "vitest";
import { Archivist } from "../src/retention/archive-searches.js";
import { deleteSearch } from "../src/usecases/delete-search.js";
import { findSearch } from "../src/usecases/find-search.js";
import { blobsIn, clock, type Mesh, meshWith, openMesh } from "./mesh.js";

/** Archive whatever has ended. */
const sweep = async (mesh: Mesh): Promise<void> => {
  if (mesh.store === undefined) throw new Error("who archives has a store");
  await new Archivist({ ...mesh, store: mesh.store, clock }, 0).sweep(new AbortController().signal);
};
const subjects = async ({ log }: Mesh, searchId: string) =>
  (await log.read(`bnas.search.${searchId}.>`)).map(({ subject }) => subject);

describe("bnas gc beside archived and deleted searches", () => {
  const collect = (mesh: Mesh, given: object = {}) =>
    collectGarbage({
      logs: [mesh.log],
      store: mesh.store as MemoryStore,
      ...{ now: 0, graceMs: 0, keepAll: false, dryRun: false },
      ...given,
    });

  it("keeps the facts and the last checkpoint of an archived search, in a log of nothing else too", async () => {
    const mesh = await meshWith({ s: {} });
    const kept = (await collect(mesh, { dryRun: true })).reached.count;
    await sweep(mesh);
    const { searches, reached, garbage } = await collect(mesh);
    expect(searches).toEqual({ live: 0, ended: 1 });
    expect(reached.count).toBe(kept + 1);
    expect(garbage.count).toBeGreaterThan(0);
    const after = await openMesh(mesh.log, mesh.store);
    expect((await findSearch(after.searches, "s")).ended).toBeDefined();
    const facts = (await readSearchFacts(mesh.log, mesh.store, "s")) ?? [];
    const last = facts.map(({ fact }) => fact).findLast((fact) => fact.kind === "sample.trained");
    if (last?.kind === "sample.trained") await loadCheckpoint(mesh.store as MemoryStore, last.checkpoint);
    expect((await collect(mesh)).garbage.count).toBe(0);
  });

  it("keeps every checkpoint of an archived search when that is asked", async () => {
    const mesh = await meshWith({ s: {} });
    const before = await blobsIn(mesh.store);
    await sweep(mesh);
    await collect(mesh, { keepAll: true });
    for (const blob of before) expect(await mesh.store?.has(blob)).toBe(true);
  });

  it("removes what a deleted search has left, though no other search is there, and knows the store by its tombstone", async () => {
    const mesh = await meshWith({ s: {} });
    await deleteSearch(await openMesh(mesh.log), "s");
    expect((await blobsIn(mesh.store)).size).toBeGreaterThan(0);
    expect((await collect(mesh)).searches).toEqual({ live: 0, ended: 0 });
    expect(await blobsIn(mesh.store)).toEqual(new Set());
    const other = await meshWith({ t: { seed: 9 } });
    await expect(collect({ ...mesh, store: other.store })).rejects.toThrow("Nothing was removed");
  });

  it("removes the facts that came after a search was deleted, unless it only looks", async () => {
    const mesh = await meshWith({ s: {} });
    const [late] = (await mesh.log.read("bnas.search.s.>")).filter(({ fact }) => fact.kind === "sample.trained");
    await deleteSearch(mesh, "s");
    if (late !== undefined) await mesh.log.append(late);
    await collect(mesh, { dryRun: true });
    expect(await subjects(mesh, "s")).toHaveLength(2);
    await collect(mesh);
    expect(await subjects(mesh, "s")).toEqual(["bnas.search.s.deleted"]);
  });

  it("stops, and removes nothing, where the facts of an archived search are missing", async () => {
    const mesh = await meshWith({ s: {} });
    await sweep(mesh);
    const [archived] = await mesh.log.read("bnas.search.s.archived");
    if (archived?.fact.kind === "search.archived") await mesh.store?.remove(archived.fact.blob, 1);
    const before = await blobsIn(mesh.store);
    await expect(collect(mesh)).rejects.toMatchObject({ code: "BLOB_MISSING" });
    expect(await blobsIn(mesh.store)).toEqual(before);
    await deleteSearch(await openMesh(mesh.log, mesh.store), "s");
    expect(await subjects(mesh, "s")).toEqual(["bnas.search.s.deleted"]);
  });
});

describe("restoring the facts of an archived search", () => {
  it("into its log changes nothing, into another gives all of it; a deleted one is refused", async () => {
    const mesh = await meshWith({ s: {} });
    const before = await mesh.log.read(">");
    await sweep(mesh);
    const facts = (await readSearchFacts(mesh.log, mesh.store, "s")) ?? [];
    expect(await restoreFacts(mesh.log, facts, "f")).toEqual([{ searchId: "s", restored: 0, present: facts.length }]);
    expect(await subjects(mesh, "s")).toEqual(["bnas.search.s.archived"]);
    await expect(restoreFacts(mesh.log, facts.slice(0, 9), "f")).rejects.toThrow("archived in blob");
    const other = new MemoryLog();
    await restoreFacts(other, facts, "f");
    expect(await other.read(">")).toEqual(before);
    await deleteSearch(mesh, "s");
    await expect(restoreFacts(mesh.log, facts, "f")).rejects.toThrow("deleted");
    expect(await subjects(mesh, "s")).toEqual(["bnas.search.s.deleted"]);
  });
});
