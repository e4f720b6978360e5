import { rmSync } from "node:fs";
import { join } from "node:path";
import { openLog } from "@bnas/mesh";
import { SearchServiceDefinition, SearchState } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { decisionContent, type Recorded, subjectTail } from "@bnas/search";
import { checkProof } from "@bnas/searches";
import { jetstream } from "@nats-io/jetstream";
import { connect as connectToNats, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { NatsServer } from "../nats/server.js";
import { temporaryFolder, tinySpec } from "./bnas.js";
import { serve, serveNext } from "./serve.js";

type Served = Awaited<ReturnType<typeof serve>>;

const folder = temporaryFolder();
let nats: NatsServer;
let stranger: NatsConnection;
let dataset: Served;
const running: Served[] = [];
beforeAll(async () => {
  nats = await NatsServer.start();
  stranger = await connectToNats({ servers: nats.address });
  dataset = await serve("dataset");
});
afterEach(() => {
  for (const { process } of running.splice(0)) process.kill("SIGKILL");
});
afterAll(async () => {
  dataset?.process.kill("SIGKILL");
  await stranger?.close();
  await nats?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const start = async (of: typeof serve, service: string) => {
  const where = ["--log", `nats://${nats.address}`, "--store", `dir:${join(folder, "blobs")}`];
  const served = await of(service, ...where, "--dataset", dataset.address);
  running.push(served);
  let said = "";
  served.process.stderr?.on("data", (data) => {
    said += data;
  });
  return { ...served, said: () => said };
};
type Service = Awaited<ReturnType<typeof start>>;

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
};
/** As a rolling upgrade ends a pod. */
const drain = async ({ process, ended }: Service): Promise<void> => {
  process.kill("SIGTERM");
  expect((await ended).code).toBe(0);
};

/** Every message of a search, as it is there, whatever its version. */
const messagesOf = async (searchId: string): Promise<readonly Recorded[]> => {
  const found: Recorded[] = [];
  const consumer = await jetstream(stranger).consumers.get("BNAS", { filter_subjects: [`bnas.search.${searchId}.>`] });
  const { num_pending } = await consumer.info();
  while (found.length < num_pending) {
    const message = await consumer.next();
    if (message !== null) found.push(message.json<Recorded>());
  }
  return found;
};
const contents = (messages: readonly Recorded[]) =>
  new Map(messages.map(({ subject, fact }) => [subjectTail(subject), JSON.stringify(decisionContent(fact))]));
const versions = (messages: readonly Recorded[]) => [...new Set(messages.map(({ version }) => version))];
const isEnded = async (searchId: string) =>
  (await messagesOf(searchId)).some(({ fact }) => ["search.finished", "search.failed"].includes(fact.kind));

const spec = { ...tinySpec, seed: 7 };

const LEADS_OTHER = "a service of another version leads";

describe("a rolling upgrade from version N to N+1, of real services on one NATS", () => {
  it("ends the search of N in version N with the genotype it has without, and that of N+1, while services of N still run", async () => {
    const pruner = await start(serve, "pruner");
    const trainer = await start(serve, "trainer");
    const evaluator = await start(serve, "evaluator");
    const older = connect(SearchServiceDefinition, pruner.address);
    await older.client.createSearch({ searchId: "undisturbed", spec });
    await until(() => isEnded("undisturbed"));

    await older.client.createSearch({ searchId: "old", spec });
    await until(async () => (await messagesOf("old")).length > 5);
    // So that it is in the middle when version N+1 is there.
    await older.client.pauseSearch({ searchId: "old" });
    const next = await start(serveNext, "pruner");
    const workers = [await start(serveNext, "trainer"), await start(serveNext, "evaluator")];
    await until(() => next.said().includes(LEADS_OTHER));
    expect(next.said()).toMatch(/"holder":\{"host":"[^"]+","pid":\d+,"version":1\}/);
    const newer = connect(SearchServiceDefinition, next.address);
    await newer.client.createSearch({ searchId: "new", spec });
    await expect(older.client.getSearch({ searchId: "new" })).rejects.toThrow(/opened by a newer version/);
    older.close();
    await drain(trainer);
    await drain(pruner);
    await until(() => next.said().includes('"leads"'));
    const staying = await start(serve, "pruner");
    await until(() => staying.said().includes(LEADS_OTHER));

    const before = await messagesOf("old");
    await newer.client.resumeSearch({ searchId: "old" });
    await until(() => isEnded("old"));
    const old = await messagesOf("old");
    const isControl = ({ subject }: Recorded) => subject.includes(".control.");
    expect(contents(old.filter((one) => !isControl(one)))).toEqual(contents(await messagesOf("undisturbed")));
    expect(versions(old)).toEqual([1]);
    const log = await openLog(`nats://${nats.address}`);
    const facts = await log.read("bnas.search.old.>");
    await log.close();
    expect(checkProof(facts.map((stored) => ({ stored, sha256: "", isPlain: true })))).toMatchObject({
      proved: true,
      faults: [],
    });
    // It was N+1 that did nearly all of it.
    expect(old.length - before.length).toBeGreaterThan(20);

    await drain(evaluator);
    await until(() => isEnded("new"));
    const found = await messagesOf("new");
    expect(contents(found)).toEqual(contents(await messagesOf("undisturbed")));
    expect(versions(found)).toEqual([2]);
    const asked = connect(SearchServiceDefinition, staying.address);
    expect((await asked.client.getSearch({ searchId: "old" })).state).toBe(SearchState.SEARCH_STATE_FINISHED);
    for (const { close } of [newer, asked]) close();
    for (const served of [staying, next, ...workers]) expect(served.process.exitCode).toBe(null);
  });
});
