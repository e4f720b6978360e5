import { rmSync } from "node:fs";
import { join } from "node:path";
import type { FactLog, Stored } from "@bnas/log";
import { openLog } from "@bnas/mesh";
import { SearchServiceDefinition, SearchState } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { decisionContent } from "@bnas/search";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect as connectToNats, nanos } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { NatsServer } from "../nats/server.js";
import { temporaryFolder, tinySpec } from "./bnas.js";
import { serve } from "./serve.js";

type Served = Awaited<ReturnType<typeof serve>>;

const brokers: NatsServer[] = [];
let dataset: Served;
const running: Served[] = [];
const folder = temporaryFolder();
beforeAll(async () => {
  dataset = await serve("dataset");
});
afterEach(async () => {
  for (const { process } of running.splice(0)) process.kill("SIGKILL");
  for (const nats of brokers.splice(0)) await nats.stop();
});
afterAll(async () => {
  dataset?.process.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** A mesh on a broker of its own. */
const meshOf = async () => {
  const nats = await NatsServer.start();
  brokers.push(nats);
  const log = `nats://${nats.address}`;
  const where = ["--log", log, "--store", `dir:${join(folder, "blobs")}`, "--dataset", dataset.address];
  const start = async (service: string) => {
    const served = await serve(service, ...where);
    let said = "";
    served.process.stderr?.on("data", (data) => {
      said += data;
    });
    running.push(served);
    return { ...served, leads: () => said.includes('"leads"') };
  };
  return { nats, facts: await openLog(log), start };
};

/** The stream of the leases; a lease that is not renewed within its `max_age` is over. */
const leasesOf = async (nats: NatsServer) => {
  const connection = await connectToNats({ servers: nats.address });
  const { streams } = await jetstreamManager(connection);
  const name = "KV_BNAS-leases";
  return {
    update: (change: { readonly max_age: number }) => streams.update(name, change),
    config: async () => (await streams.info(name)).config,
    close: () => connection.close(),
  };
};

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
};
const count = async (log: FactLog): Promise<number> => (await log.read("bnas.search.>")).length;
const contents = (facts: readonly Stored[]) =>
  new Map(facts.map(({ subject, fact }) => [subject, JSON.stringify(decisionContent(fact))]));
/** The facts of the same search with one undisturbed pruner. */
let undisturbed: ReadonlyMap<string, string> | undefined;
const search = { searchId: "s", spec: { ...tinySpec, seed: 7 } };

const whole = async (): Promise<ReadonlyMap<string, string>> => {
  if (undisturbed !== undefined) return undisturbed;
  const { facts, start } = await meshOf();
  const [pruner] = [await start("pruner"), await start("trainer"), await start("evaluator")];
  const { client, close } = connect(SearchServiceDefinition, pruner.address);
  await client.createSearch(search);
  for await (const _ of client.watchSearch({ searchId: "s" }));
  close();
  undisturbed = contents(await facts.read("bnas.search.>"));
  await facts.close();
  for (const { process } of running.splice(0)) process.kill("SIGKILL");
  return undisturbed;
};

describe("two pruners on one NATS", () => {
  it.each(["SIGKILL", "SIGSTOP"] as const)(
    "both answer, one decides, and the other continues within seconds when that one gets a %s",
    async (signal) => {
      const expected = await whole();
      const { facts, start } = await meshOf();
      const first = await start("pruner");
      await until(first.leads);
      const second = await start("pruner");
      await Promise.all([start("trainer"), start("evaluator")]);
      const { client, close } = connect(SearchServiceDefinition, second.address);
      expect((await client.createSearch(search)).state).toBe(SearchState.SEARCH_STATE_RUNNING);
      await until(async () => (await count(facts)) > 30);
      expect(second.leads()).toBe(false);

      first.process.kill(signal);
      const at = performance.now();
      await until(second.leads);
      const leads = performance.now() - at;
      // 5 seconds of lease, and the next look of the other.
      expect(leads).toBeLessThan(15_000);
      // What sleeps wakes in the middle, and appends what it was about to.
      if (signal === "SIGSTOP") await until(async () => (await count(facts)) > 60);
      if (signal === "SIGSTOP") first.process.kill("SIGCONT");
      for await (const _ of client.watchSearch({ searchId: "s" }));
      console.log(`${signal}: another pruner led after ${(leads / 1000).toFixed(1)} s`);

      const all = await facts.read("bnas.search.>");
      expect(new Set(all.map(({ subject }) => subject)).size).toBe(all.length);
      expect(contents(all)).toEqual(expected);
      await facts.close();
      close();
    },
  );

  it("hand over at once when the one that decides is drained", async () => {
    const { nats, facts, start } = await meshOf();
    const first = await start("pruner");
    await until(first.leads);
    const lastAnHour = { max_age: nanos(3_600_000) };
    const leases = await leasesOf(nats);
    await leases.update(lastAnHour);
    const second = await start("pruner");
    // It sets leases up as its own settings say, and from then on waits for the lead.
    await until(async () => (await leases.config()).max_age !== lastAnHour.max_age);
    await leases.update(lastAnHour);
    first.process.kill("SIGTERM");
    const { code } = await first.ended;
    expect(code).toBe(0);
    await until(second.leads);
    // It did not lead because the lease of the first had run out.
    expect(await leases.config()).toMatchObject(lastAnHour);
    await leases.close();
    await facts.close();
  });
});
