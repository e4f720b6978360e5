import type { Stored } from "@bnas/log";
import { type CheckpointRef, type FactOf, parseSpec, type RequestTo } from "@bnas/search";
import { blobLossOf, doneJobs, repairCheckpoints, trainedJobs } from "@bnas/searches";
import type { MemoryStore } from "@bnas/store";
import { describe, expect, it } from "vitest";
import { honest, provingMesh } from "./proved-search.js";

/** A search that has finished, and how its trainer does a job again. */
const finished = async (given: object = {}) => {
  const mesh = await provingMesh();
  const { store } = mesh;
  await mesh.run("s", parseSpec({ preset: "smoke", seed: 6, ...given }), honest(store));
  const facts = await mesh.facts("s");
  await mesh.close();
  const jobs = trainedJobs(doneJobs("s", facts));
  const asked = new Map(facts.map((stored) => [stored.fact, stored]));
  const compute = async (request: RequestTo<"trainer">): Promise<CheckpointRef> => {
    const answer = await honest(store)(asked.get(request) as Stored);
    return (answer as FactOf<"sample.trained">).checkpoint;
  };
  const lossOf = (checkpoint: CheckpointRef) => blobLossOf(store, checkpoint);
  return { store, jobs, lossOf, compute };
};

const blobsOf = async (store: MemoryStore): Promise<readonly string[]> => {
  const found: string[] = [];
  for await (const { sha256 } of store.list()) found.push(sha256);
  return found;
};

describe("a checkpoint of which a blob is lost", () => {
  it.each([{}, { parallel: 2 }])("is computed again, whichever blob it is: %j", async (given) => {
    const { store, jobs, lossOf, compute } = await finished(given);
    const last = jobs.at(-1)?.checkpoint ?? "";
    let repaired = 0;
    for (const blob of await blobsOf(store)) {
      await store.remove(blob, Number.POSITIVE_INFINITY);
      const wanted = [...new Set(jobs.map(({ checkpoint }) => checkpoint))];
      const done = await repairCheckpoints(wanted, { jobs, lossOf, compute });
      repaired += done.length;
      for (const checkpoint of wanted) expect(await blobLossOf(store, checkpoint)).toBeUndefined();
    }
    expect(repaired).toBeGreaterThan(jobs.length);
    expect(await blobLossOf(store, last)).toBeUndefined();
  });

  it("is made by the first job with that result: the merge of one sample has the checkpoint of the sample", async () => {
    const { store, jobs, lossOf, compute } = await finished();
    const [made] = jobs.filter(({ request }) => request.kind === "sample.requested");
    const checkpoint = made?.checkpoint ?? "";
    const [place, answer] = [{ round: 1, pass: 1 }, made?.answer as Stored];
    const samples = [{ checkpoint, images: 1 }];
    const merge = {
      request: { kind: "pass.merge.requested", ...place, from: checkpoint, samples },
      answer,
      checkpoint,
    } as const;
    await store.remove(checkpoint, Number.POSITIVE_INFINITY);
    expect(await repairCheckpoints([checkpoint], { jobs: [...jobs, merge], lossOf, compute })).toEqual([made]);
  });

  it("is computed from the beginning where nothing is left", async () => {
    const { store, jobs, lossOf, compute } = await finished();
    for (const blob of await blobsOf(store)) await store.remove(blob, Number.POSITIVE_INFINITY);
    const [last] = jobs.slice(-1);
    const done = await repairCheckpoints([last?.checkpoint ?? ""], { jobs, lossOf, compute });
    expect(done.length).toBe(jobs.length);
  });

  it("is refused when another engine gives another checkpoint, and when no job made it", async () => {
    const { store, jobs, lossOf, compute } = await finished();
    const [last] = jobs.slice(-1);
    const wanted = [last?.checkpoint ?? ""];
    await store.remove(wanted[0] ?? "", Number.POSITIVE_INFINITY);
    const other = repairCheckpoints(wanted, { jobs, lossOf, compute: async () => "e".repeat(64) });
    await expect(other).rejects.toThrow(/is damaged, and its job .* now gives e{64}/);
    await expect(repairCheckpoints(wanted, { jobs: [], lossOf, compute })).rejects.toThrow(/missing/);
  });
});
