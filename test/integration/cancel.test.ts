import { join } from "node:path";
import { openLog } from "@bnas/mesh";
import { SearchServiceDefinition, SearchState, TrainerServiceDefinition } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { NatsServer } from "../nats/server.js";
import { temporaryFolder, tinySpec } from "./bnas.js";
import { serve } from "./serve.js";

type Served = Awaited<ReturnType<typeof serve>>;

let nats: NatsServer;
const running: Served[] = [];
beforeAll(async () => {
  nats = await NatsServer.start();
});
afterEach(() => {
  for (const { process } of running.splice(0)) process.kill("SIGKILL");
});
afterAll(() => nats?.stop());

/** Epochs of some thousand steps: the test does not wait for the end of one. */
const endless = {
  ...tinySpec,
  dataset: "shapes:?classes=3&size=8&images=12000&test=30",
  warmup: { epochs: 2, batch: 2 },
};

describe.each(["file", "nats"])("a job in progress of a search on %s", (kind) => {
  it.each([
    ["cancelled", "cancelSearch"],
    ["deleted", "deleteSearch"],
  ] as const)("stops within a batch when the search is %s, and the trainer takes the next", async (_, end) => {
    const folder = temporaryFolder();
    const log = kind === "file" ? `file:${join(folder, "facts.jsonl")}` : `nats://${nats.address}`;
    const where = ["--log", log, "--store", `dir:${join(folder, "blobs")}`];
    const start = async (service: string, ...flags: string[]) => {
      const served = await serve(service, ...flags);
      running.push(served);
      return served.address;
    };
    const dataset = ["--dataset", await start("dataset")];
    const search = connect(SearchServiceDefinition, await start("pruner", ...where, ...dataset));
    const trainer = connect(TrainerServiceDefinition, await start("trainer", ...where, ...dataset));
    const searchId = `${end.toLowerCase()}-${kind}`;
    await search.client.createSearch({ searchId, spec: endless });

    const steps = async () => {
      const { job } = await trainer.client.getTrainer({});
      return job?.searchId === searchId ? job.stepsDone : undefined;
    };
    while (((await steps()) ?? 0) < 3) await new Promise((resolve) => setTimeout(resolve, 10));
    await search.client[end]({ searchId });
    const before = (await steps()) ?? 0;
    let last = before;
    for (let now = await steps(); now !== undefined; now = await steps()) last = now;
    // What was under way when the word came, and what was done before it had crossed to the thread.
    expect(last - before).toBeLessThan(100);

    await search.client.createSearch({ searchId: `next-${searchId}`, spec: { ...tinySpec, seed: 3 } });
    for await (const { subject } of search.client.watchSearch({ searchId: `next-${searchId}` })) {
      if (subject.endsWith("warmup.epoch.1.trained")) break;
    }
    await search.client.cancelSearch({ searchId: `next-${searchId}` });
    const facts = await openLog(log);
    expect(await facts.read(`bnas.search.${searchId}.warmup.*.*.trained`)).toEqual([]);
    expect(await facts.read(`bnas.search.${searchId}.failed`)).toEqual([]);
    await facts.close();
    if (end === "cancelSearch") {
      expect((await search.client.getSearch({ searchId })).state).toBe(SearchState.SEARCH_STATE_CANCELLED);
    }
    search.close();
    trainer.close();
  });
});
