import type { RetryPolicy } from "@bnas/jobs";
import { cancelled, control, evaluated, evaluating, sampleOf, trained } from "@bnas/testing";
import { jobsContract, leadContract, logContract, removalContract } from "@bnas/testing/contracts";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { createLogger } from "../../telemetry/src/logging.js";
import { type JetStream, type JetStreamOptions, openJetStream } from "../src/open-jetstream.js";
import { natsServer } from "./nats-server.js";

const nats = natsServer();

const openEmpty = async (policy?: RetryPolicy): Promise<JetStream> =>
  openJetStream({ servers: [nats.address], stream: await nats.empty(), ...(policy === undefined ? {} : { policy }) });

logContract("JetStreamLog", async () => (await openEmpty()).log);
removalContract("JetStreamLog", async () => (await openEmpty()).log);
jobsContract("JetStreamJobs", openEmpty);
leadContract("JetStreamLead", () => openEmpty());

const opened: JetStream[] = [];
afterEach(async () => {
  for (const { log } of opened.splice(0)) await log.close();
});
const open = async (stream: string, options: Partial<JetStreamOptions> = {}): Promise<JetStream> => {
  const jetStream = await openJetStream({ servers: [nats.address], stream, ...options });
  opened.push(jetStream);
  return jetStream;
};
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("JetStreamLog: several processes", () => {
  it("give each other's facts, at once and in one order", async () => {
    const stream = await nats.empty();
    const [one, other] = [await open(stream), await open(stream)];
    const stop = new AbortController();
    const watched = one.log.watch(">", { signal: stop.signal })[Symbol.asyncIterator]();
    for (const [number, log] of [one, other, one, other].entries()) {
      const { stored } = await log.log.append(control(number + 1));
      expect(await other.log.read(stored.subject)).toEqual([stored]);
      expect((await one.log.read(">")).at(-1)).toEqual(stored);
      expect((await watched.next()).value).toEqual(stored);
    }
    stop.abort();
  });

  it("agree on the first fact of every subject, however their appends race", async () => {
    const kinds = ["search.paused", "search.resumed"] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([1, 2, 3, 4, 5, 6]),
        fc.shuffledSubarray([1, 2, 3, 4, 5, 6]),
        async (a, b) => {
          const stream = await nats.empty();
          const logs = [await open(stream), await open(stream)];
          const answers = await Promise.all(
            [a, b].map((numbers, who) =>
              Promise.all(numbers.map((number) => logs[who]?.log.append(control(number, kinds[who])))),
            ),
          );
          const kept = (await logs[0]?.log.read(">")) ?? [];
          expect(kept.map(({ subject }) => subject).sort()).toEqual(
            [...new Set([...a, ...b])].map((number) => control(number).subject).sort(),
          );
          for (const answer of answers.flat()) expect(kept).toContainEqual(answer?.stored);
          expect(answers.flat().filter((answer) => answer?.duplicate === false)).toHaveLength(kept.length);
        },
      ),
      { numRuns: 10 },
    );
  });

  it("share jobs: one that takes longer than its lease stays with its worker, which says that it works", async () => {
    const stream = await nats.empty();
    const stop = new AbortController();
    const taken: number[] = [];
    const work = (log: JetStream) =>
      log.jobs.work(
        evaluating({
          async handle(stored) {
            taken.push(sampleOf(stored));
            await later(1_200);
            await log.log.append(evaluated(sampleOf(stored)));
            stop.abort();
          },
        }),
        stop.signal,
      );
    const [one, other] = [await open(stream, { leaseMs: 300 }), await open(stream, { leaseMs: 300 })];
    const working = [work(one), work(other)];
    await one.log.append(trained(1));
    await Promise.all(working);
    expect(taken).toEqual([1]);
  });

  it("hand over a job at once when the worker that has it drains", async () => {
    const stream = await nats.empty();
    const [one, other] = [await open(stream), await open(stream)];
    await one.log.append(trained(1));
    const drain = new AbortController();
    const stop = new AbortController();
    const taken: string[] = [];
    const first = one.jobs.work(
      evaluating({
        handle: (_, { signal }) =>
          new Promise((_resolve, reject) => {
            taken.push("one");
            signal.addEventListener("abort", () => reject(new Error("drained")));
            drain.abort();
          }),
      }),
      drain.signal,
    );
    await first;
    await other.jobs.work(
      evaluating({
        handle: async () => {
          taken.push("other");
          stop.abort();
        },
      }),
      stop.signal,
    );
    expect(taken).toEqual(["one", "other"]);
  });

  it("drain at once though NATS is unavailable: no one waits for it to give a job back", async () => {
    const stream = await nats.empty();
    // A reader would wait for ten minutes.
    const one = await open(stream, { patienceMs: 600_000, leaseMs: 2_000 });
    await one.log.append(trained(1));
    const drain = new AbortController();
    const first = one.jobs.work(
      evaluating({
        handle: (_, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => reject(new Error("drained")));
            void nats.server.kill().then(() => drain.abort());
          }),
      }),
      drain.signal,
    );
    await first;
    await nats.server.restart();
    const other = await open(stream, { leaseMs: 2_000 });
    const stop = new AbortController();
    const taken: string[] = [];
    await other.jobs.work(
      evaluating({
        handle: async ({ subject }) => {
          taken.push(subject);
          stop.abort();
        },
      }),
      stop.signal,
    );
    expect(taken).toEqual([trained(1).subject]);
  });

  it("reject at once when no one answers, or wait for NATS for as long as they say", async () => {
    const stream = await nats.empty();
    await nats.server.kill();
    await expect(open(stream)).rejects.toThrow(/no NATS server answers/);
    const lines: string[] = [];
    const logger = createLogger({ name: "test", level: "warn", to: { write: (line) => void lines.push(line) } });
    const opening = open(stream, { connectPatienceMs: 60_000, logger });
    await expect.poll(() => lines.join("")).toMatch(/no NATS server answers.*waiting for NATS/);
    await nats.server.restart();
    await (await opening).log.append(trained(1));
  });

  it("stop the job in progress when another process ends its search", async () => {
    const stream = await nats.empty();
    const [one, other] = [await open(stream), await open(stream)];
    await one.log.append(trained(1));
    const stop = new AbortController();
    await one.jobs.work(
      evaluating({
        async handle(_, { signal }) {
          await other.log.append(cancelled());
          // The end may be here before its acknowledgement.
          if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
          stop.abort();
        },
      }),
      stop.signal,
    );
  });
});

describe("JetStreamLog: the consumer of a name of workers", () => {
  const consumers = async () => {
    const connection = await connect({ servers: nats.address });
    return { connection, consumers: (await jetstreamManager(connection)).consumers };
  };

  it("is made again when someone deletes it, and what is done is not done again", async () => {
    const stream = await nats.empty();
    const log = await open(stream);
    const admin = await consumers();
    const stop = new AbortController();
    const taken: number[] = [];
    const working = log.jobs.work(
      evaluating({
        async handle(stored) {
          taken.push(sampleOf(stored));
          await log.log.append(evaluated(sampleOf(stored)));
          if (taken.length === 2) stop.abort();
        },
      }),
      stop.signal,
    );
    await log.log.append(trained(1));
    while ((await log.log.read(evaluated(1).subject)).length === 0) await later(5);
    await admin.consumers.delete(stream, "evaluator");
    await log.log.append(trained(2));
    await working;
    await admin.connection.close();
    expect(taken).toEqual([1, 2]);
  });

  it("begins again when its patterns change, so that no job is behind it", async () => {
    const stream = await nats.empty();
    const log = await open(stream);
    await log.log.append(trained(1, "a"));
    await log.log.append(trained(1, "b"));
    const taken: string[] = [];
    for (const pattern of ["bnas.search.b.>", "bnas.search.*.round.>"]) {
      const stop = new AbortController();
      const handle = async ({ subject }: { subject: string }) => {
        taken.push(subject);
        await log.log.append(evaluated(1, subject.includes(".b.") ? "b" : "a"));
        stop.abort();
      };
      await log.jobs.work(evaluating({ pattern, handle }), stop.signal);
    }
    expect(taken).toEqual([trained(1, "b").subject, trained(1, "a").subject]);
  });

  it("has its lease set as the program says when someone changed it", async () => {
    const stream = await nats.empty();
    const log = await open(stream, { leaseMs: 20_000 });
    const admin = await consumers();
    const once = async () => {
      const stop = new AbortController();
      const number = (await log.log.read(">")).length;
      await log.log.append(trained(number + 1));
      await log.jobs.work(evaluating({ handle: async () => stop.abort() }), stop.signal);
    };
    await once();
    await admin.consumers.update(stream, "evaluator", { ack_wait: 1e9, max_deliver: 3 });
    await once();
    const { config } = await admin.consumers.info(stream, "evaluator");
    await admin.connection.close();
    expect(config).toMatchObject({ ack_wait: 20e9, max_deliver: -1 });
  });
});

describe("JetStreamLog: messages", () => {
  it("refuses one that is longer than NATS takes, and continues", async () => {
    const log = await open(await nats.empty());
    const fact = cancelled();
    const long = { ...fact, fact: { kind: "search.cancelled" as const, reason: "x".repeat(2 ** 20) } };
    await expect(log.log.append(long)).rejects.toThrow("at most 1048576 bytes");
    expect((await log.log.append(fact)).duplicate).toBe(false);
  });
});
