import { loadCheckpoint, MemoryStore } from "@bnas/store";
import { describe, expect, it } from "vitest";
import { createSearch } from "../src/usecases/create-search.js";
import { deleteSearch } from "../src/usecases/delete-search.js";
import { findSearch } from "../src/usecases/find-search.js";
import { listSearches } from "../src/usecases/list-searches.js";
import { CutOff, cutOff } from "./cut-off.js";
import { appendAll, blobsIn, leadOnce, type Mesh, meshOf, meshWith, opened, openMesh, searched } from "./mesh.js";

const ids = async ({ searches }: Mesh) =>
  (await listSearches({ pageSize: 0, pageToken: "", state: 0 }, searches)).searches.map(({ searchId }) => searchId);
const subjects = async ({ log }: Mesh, searchId: string) =>
  (await log.read(`bnas.search.${searchId}.>`)).map(({ subject }) => subject);
const onlyTombstone = (searchId: string) => [`bnas.search.${searchId}.deleted`];

describe("a deleted search", () => {
  it("is not there any more for anyone who asks, and its id stays taken", async () => {
    const mesh = await meshOf({ a: [opened], b: [opened] });
    await deleteSearch(mesh, "a");
    for (const asked of [mesh, await openMesh(mesh.log, mesh.store)]) {
      await expect(findSearch(asked.searches, "a")).rejects.toMatchObject({
        code: "NOT_FOUND",
        message: "search a was deleted",
      });
      expect(await ids(asked)).toEqual(["b"]);
      const again = createSearch(
        { searchId: "a", spec: { preset: "smoke" }, validateOnly: false, owner: "" } as never,
        asked,
      );
      await expect(again).rejects.toMatchObject({
        code: "ALREADY_EXISTS",
        hint: expect.stringMatching(/another/),
      });
    }
    expect(await subjects(mesh, "a")).toEqual(onlyTombstone("a"));
  });

  it("is cancelled first when it lives, so that who works for it stops", async () => {
    const mesh = await meshOf({ a: [opened] });
    const seen: string[] = [];
    const stop = new AbortController();
    const watching = (async () => {
      for await (const { fact } of mesh.log.watch("bnas.search.a.>", { signal: stop.signal })) {
        seen.push(fact.kind);
        if (fact.kind === "search.deleted") stop.abort();
      }
    })();
    await new Promise((resolve) => setImmediate(resolve));
    const removing = deleteSearch(mesh, "a");
    await Promise.all([watching, removing]);
    expect(seen).toEqual(["search.opened", "search.cancelled", "search.deleted"]);
  });

  it("may be deleted again, which changes nothing; one that was never opened is NOT_FOUND", async () => {
    const mesh = await meshOf({ a: [opened] });
    await deleteSearch(mesh, "a");
    const before = await mesh.log.read(">");
    await deleteSearch(mesh, "a");
    await deleteSearch(await openMesh(mesh.log), "a");
    expect(await mesh.log.read(">")).toEqual(before);
    await expect(deleteSearch(mesh, "never")).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(deleteSearch(mesh, "No Id")).rejects.toMatchObject({ field: "search_id" });
  });

  it("leaves no blob that no one else reaches", async () => {
    const mesh = await meshWith({ a: { seed: 1 }, b: { seed: 2 } });
    const all = await blobsIn(mesh.store);
    await deleteSearch(mesh, "a");
    const rest = await blobsIn(mesh.store);
    expect(rest.size).toBeLessThan(all.size);
    for (const fact of (await mesh.log.read("bnas.search.b.>")).map(({ fact }) => fact)) {
      if ("checkpoint" in fact && fact.checkpoint !== null)
        await loadCheckpoint(mesh.store as MemoryStore, fact.checkpoint);
    }
    await deleteSearch(mesh, "b");
    expect(await blobsIn(mesh.store)).toEqual(new Set());
  });

  it("leaves what an ended search of its seed shares with it, until that is deleted too", async () => {
    // They differ in the batches of their rounds: the warm-up of both is one and the same.
    const mesh = await meshWith({ a: { seed: 1 }, b: { seed: 1, reduction: { settleEpochs: 0 } } });
    const shared = (await mesh.log.read("bnas.search.*.warmup.epoch.1.trained")).map(
      ({ fact }) => "checkpoint" in fact && fact.checkpoint,
    );
    expect(shared[0]).toBe(shared[1]);
    await deleteSearch(mesh, "a");
    for (const { fact } of await mesh.log.read("bnas.search.b.>")) {
      if ("checkpoint" in fact && fact.checkpoint !== null)
        await loadCheckpoint(mesh.store as MemoryStore, fact.checkpoint);
    }
    await deleteSearch(mesh, "b");
    expect(await blobsIn(mesh.store)).toEqual(new Set());
  });

  it("leaves every blob while another of its seed lives, which may be putting the same: `bnas gc` removes them", async () => {
    const mesh = await meshWith({ a: { seed: 1 } });
    await appendAll(mesh.log, "b", [{ kind: "search.opened", spec: { ...opened.spec, seed: 1 } }]);
    const both = await openMesh(mesh.log, mesh.store);
    const before = await blobsIn(mesh.store);
    await deleteSearch(both, "a");
    expect(await blobsIn(mesh.store)).toEqual(before);
    expect(await subjects(both, "a")).toEqual(onlyTombstone("a"));
  });

  it("leaves the blobs where the pruner has no store", async () => {
    const mesh = await meshWith({ a: { seed: 1 } });
    const before = await blobsIn(mesh.store);
    await deleteSearch(await openMesh(mesh.log), "a");
    expect(await blobsIn(mesh.store)).toEqual(before);
    expect(await subjects(mesh, "a")).toEqual(onlyTombstone("a"));
  });

  it("is gone for good although its removal is cut off at any step, by the next start or by asking again", async () => {
    const store = new MemoryStore(() => 0);
    const facts = await searched(store, { seed: 1 });
    for (let changes = 0; ; changes++) {
      const mesh = await meshOf({ a: [], b: [opened] });
      for (const blob of await blobsIn(store)) await mesh.store?.put(await store.get(blob));
      await appendAll(mesh.log, "a", facts);
      const cut = cutOff({ log: mesh.log, store: mesh.store as MemoryStore }, changes);
      const first = await deleteSearch({ ...(await openMesh(cut.log, cut.store)) }, "a").catch(
        (error: unknown) => error,
      );
      if (first === undefined) break;
      expect(first).toBeInstanceOf(CutOff);
      const next = await openMesh(mesh.log, mesh.store);
      if (changes > 0 && changes % 2 === 0) await leadOnce(next);
      else await deleteSearch(next, "a");
      expect(await subjects(next, "a")).toEqual(onlyTombstone("a"));
      expect(await blobsIn(mesh.store)).toEqual(new Set());
      expect(changes).toBeLessThan(1000);
    }
  });

  it("stays so although a worker that slept answers late", async () => {
    const mesh = await meshWith({ a: { seed: 1 } });
    const late = (await mesh.log.read("bnas.search.a.>")).filter(({ fact }) => fact.kind.endsWith("trained"));
    await deleteSearch(mesh, "a");
    for (const stored of late.slice(0, 3)) await mesh.log.append(stored);
    await leadOnce(mesh);
    expect(await subjects(mesh, "a")).toEqual(onlyTombstone("a"));
    expect(await ids(mesh)).not.toContain("a");
  });
});
