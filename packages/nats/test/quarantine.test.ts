import { parseSpec, record } from "@bnas/search";
import { control, evaluated, evaluating, sampleOf, trained } from "@bnas/testing";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type JetStream, type JetStreamOptions, openJetStream } from "../src/open-jetstream.js";
import { natsServer } from "./nats-server.js";

const nats = natsServer();
const opened: JetStream[] = [];
let stranger: NatsConnection;
beforeAll(async () => {
  stranger = await connect({ servers: nats.address });
});
afterAll(() => stranger.close());
afterEach(async () => {
  for (const { log } of opened.splice(0)) await log.close();
});
const open = async (stream: string, options: Partial<JetStreamOptions> = {}): Promise<JetStream> => {
  const jetStream = await openJetStream({ servers: [nats.address], stream, ...options });
  opened.push(jetStream);
  return jetStream;
};
/** A message that no bnas of this version writes. */
const publish = async (subject: string, value: unknown): Promise<void> => {
  await jetstream(stranger).publish(subject, typeof value === "string" ? value : JSON.stringify(value));
};
const reasons = ({ quarantine }: JetStream) => quarantine.list().map(({ subject, reason }) => [subject, reason]);

const opening = record(
  "s",
  { kind: "search.opened", spec: parseSpec({ preset: "smoke" }) },
  "pruner",
  "2026-01-02T03:04:05.000Z",
);

/** Every way to be no fact, on subjects of the search `s` and of none. */
const strange = [
  ["bnas.search.s.control.2", "scribble", "not-json"],
  ["bnas.search.s.control.3", control(4), "other-subject"],
  ["bnas.search.s.control.5", {}, "not-a-fact"],
  ["bnas.search.s.control.6", { ...control(6), version: 2 }, "newer-version"],
  ["bnas.search.UPPER.failed", {}, "bad-subject"],
  ["bnas.search.s.failed", "{}", "not-a-fact"],
  ["bnas.search.s.nothing.of.ours", { ...control(1), subject: "bnas.search.s.nothing.of.ours" }, "not-a-fact"],
] as const;

describe("JetStreamLog: what is no fact", () => {
  it("is set aside once by every reader, and stops none", async () => {
    const log = await open(await nats.empty());
    await log.log.append(control(1));
    for (const [subject, value] of strange) await publish(subject, value);
    await log.log.append(control(9));
    const wanted = [control(1), control(9)];
    for (let turn = 0; turn < 2; turn++) expect(await log.log.read(">")).toMatchObject(wanted);
    for (const [subject] of strange) expect(await log.log.read(subject)).toEqual([]);
    const watching = log.log.watch(">", { signal: new AbortController().signal })[Symbol.asyncIterator]();
    for (const one of wanted) expect((await watching.next()).value).toMatchObject(one);
    await watching.return?.();
    expect(reasons(log)).toEqual(strange.map(([subject, , reason]) => [subject, reason]));
    expect(log.quarantine.count()).toBe(strange.length);
  });

  it("makes room for the fact of its subject, and stays on the list", async () => {
    const log = await open(await nats.empty());
    await publish("bnas.search.s.control.1", "scribble");
    expect(await log.log.append(control(1))).toMatchObject({ duplicate: false, stored: control(1) });
    expect(await log.log.read(">")).toMatchObject([control(1)]);
    expect(log.quarantine.list()).toMatchObject([{ text: "scribble", removed: true }]);
  });

  it("makes room also when its version is newer, in a search that this version opened", async () => {
    const log = await open(await nats.empty());
    await publish("bnas.search.s.control.1", { ...control(1), version: 2 });
    expect(await log.log.append(control(1))).toMatchObject({ duplicate: false });
    expect(log.quarantine.list()).toMatchObject([{ reason: "newer-version", removed: true }]);
  });

  it("is never removed when a newer version opened a search by it", async () => {
    const log = await open(await nats.empty());
    await publish(opening.subject, { ...opening, version: 2 });
    await expect(log.log.append(opening)).rejects.toMatchObject({ code: "SUBJECT_TAKEN" });
    expect(await log.quarantine.clear("s")).toBeUndefined();
    expect(log.quarantine.list()).toMatchObject([{ reason: "newer-version", removed: false }]);
  });

  it("is removed from the subjects of one search, and no fact is", async () => {
    const log = await open(await nats.empty());
    await log.log.append(control(1));
    for (const [subject, value] of strange) await publish(subject, value);
    await publish("bnas.search.t.control.1", "scribble");
    await log.quarantine.clear("s");
    expect(await log.log.read(">")).toMatchObject([control(1)]);
    const left = log.quarantine.list().filter(({ removed }) => removed);
    expect(left.map(({ subject }) => subject)).toEqual(
      [2, 3, 5, 6].map((number) => `bnas.search.s.control.${number}`).concat("bnas.search.s.failed"),
    );
  });
});

describe("JetStreamJobs: what is no fact", () => {
  it("is not handed out again, and the next job is", async () => {
    const stream = await nats.empty();
    const log = await open(stream);
    await publish("bnas.search.s.round.1.pass.1.sample.1.trained", "scribble");
    await publish("bnas.search.UPPER.round.1.pass.1.sample.2.trained", "{}");
    await log.log.append(trained(3));
    const stop = new AbortController();
    const taken: number[] = [];
    await log.jobs.work(
      evaluating({
        async handle(stored) {
          taken.push(sampleOf(stored));
          stop.abort();
        },
      }),
      stop.signal,
    );
    expect(taken).toEqual([3]);
    expect(log.quarantine.count()).toBe(2);
  });

  it("ends no search, and answers no job", async () => {
    const stream = await nats.empty();
    const log = await open(stream);
    await log.log.append(trained(1));
    await publish("bnas.search.s.failed", "{}");
    await publish("bnas.search.UPPER.failed", "{}");
    await publish("bnas.search.s.round.1.pass.1.sample.1.evaluated", "scribble");
    const stop = new AbortController();
    await log.jobs.work(
      evaluating({
        async handle(stored) {
          await log.log.append(evaluated(sampleOf(stored)));
          stop.abort();
        },
      }),
      stop.signal,
    );
    expect(await log.log.read(">")).toMatchObject([trained(1), evaluated(1)]);
  });

  it("is left to a worker of the newer version that wrote it", async () => {
    const stream = await nats.empty();
    const log = await open(stream);
    await publish(trained(1).subject, { ...trained(1), version: 2 });
    await log.log.append(trained(2));
    const stop = new AbortController();
    await log.jobs.work(
      evaluating({
        async handle(stored) {
          await log.log.append(evaluated(sampleOf(stored)));
          stop.abort();
        },
      }),
      stop.signal,
    );
    const info = await (await jetstreamManager(stranger)).consumers.info(stream, "evaluator");
    expect(info.num_ack_pending).toBe(1);
  });
});
