import { fault, retryLater } from "@bnas/errors";
import {
  type DatasetServiceClient,
  DatasetServiceDefinition,
  type DatasetServiceImplementation,
  DescribeDatasetResponse,
} from "@bnas/proto";
import { cancelled, evaluated, evaluating, trained } from "@bnas/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Work } from "../../jobs/src/jobs.js";
import { connect } from "../../rpc/src/client.js";
import { serveRpc } from "../../rpc/src/server.js";
import { inSpan as inSpanOf } from "../../telemetry/src/in-span.js";
import { createLogger, silentLogger } from "../../telemetry/src/logging.js";
import type { Recorder, SpanOptions } from "../../telemetry/src/recorder.js";
import { type RunningTelemetry, startTelemetry } from "../../telemetry/src/start-telemetry.js";
import { type OtlpReceiver, otlpReceiver, type ReceivedSpan } from "../../telemetry/test/otlp-receiver.js";
import { openFacts, openLog, openStore } from "../src/open.js";

let collector: OtlpReceiver;
let telemetry: RunningTelemetry;
const closing: (() => unknown)[] = [];

/** Of the test that runs. */
const recorder = (): Recorder => telemetry.recorder;
const inSpan = <Result>(name: string, options: SpanOptions, work: () => Promise<Result>): Promise<Result> =>
  inSpanOf(recorder(), name, options, work);

beforeAll(async () => {
  collector = await otlpReceiver();
});
afterAll(() => collector.close());

beforeEach(async () => {
  collector.clear();
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint);
  telemetry = await startTelemetry({ service: "test", env: process.env, logger: silentLogger });
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await telemetry.shutdown();
  vi.unstubAllEnvs();
});

/** What was recorded, once it has all arrived. */
const received = async (): Promise<OtlpReceiver> => {
  await telemetry.shutdown();
  return collector;
};
const named = ({ spans }: OtlpReceiver, name: string): readonly ReceivedSpan[] =>
  spans.filter((span) => span.name === name);
const one = (collector: OtlpReceiver, name: string, kind?: ReceivedSpan["kind"]): ReceivedSpan => {
  const [span, ...others] = named(collector, name).filter((span) => kind === undefined || span.kind === kind);
  if (span === undefined || others.length > 0) throw new Error(`${others.length + (span ? 1 : 0)} spans named ${name}`);
  return span;
};
const values = (collector: OtlpReceiver, metric: string) =>
  collector
    .points()
    .filter((point) => point.metric === metric)
    .map(({ attributes, value, count }) => ({ ...attributes, value: count ?? value }));

describe("spans", () => {
  it("arrive by OTLP with their times, attributes and the service they are of", async () => {
    await inSpan("outer", { attributes: { "bnas.round": 2, "bnas.search": "s", "not.said": undefined } }, () =>
      inSpan("inner", {}, async () => {}),
    );
    const outer = one(await received(), "outer");
    expect(outer).toMatchObject({ kind: "internal", parentId: "", failed: undefined });
    expect(outer.attributes).toEqual({ "bnas.round": 2, "bnas.search": "s" });
    expect(outer.resource).toMatchObject({ "service.name": "test", "service.version": "0.1.0" });
    expect(outer.resource["service.instance.id"]).toMatch(/^[0-9a-f-]{36}$/);
    const inner = one(collector, "inner");
    expect(inner).toMatchObject({ traceId: outer.traceId, parentId: outer.spanId });
    for (const { startMs, endMs } of [outer, inner]) expect(endMs).toBeGreaterThanOrEqual(startMs);
  });

  it("say what failed within them, and throw it on", async () => {
    const failing = inSpan("failing", {}, async () => {
      throw new RangeError("too far");
    });
    await expect(failing).rejects.toThrow(RangeError);
    const span = one(await received(), "failing");
    expect(span).toMatchObject({ failed: "too far", attributes: { "error.type": "RangeError" } });
  });

  it("continue in another process by the headers of a message", async () => {
    const headers = await inSpan("here", {}, async () => recorder().inject());
    expect(headers.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    await recorder().continueTrace(headers, () => inSpan("there", {}, async () => {}));
    await inSpan("other", {}, () => recorder().continueTrace({}, () => inSpan("of no message", {}, async () => {})));
    const here = one(await received(), "here");
    expect(one(collector, "there")).toMatchObject({ traceId: here.traceId, parentId: here.spanId });
    expect(one(collector, "of no message").parentId).toBe("");
  });

  it("put their ids on the log lines that are written within them, and on no others", async () => {
    const lines: Record<string, unknown>[] = [];
    const to = { write: (line: string) => void lines.push(JSON.parse(line)) };
    const logger = createLogger({ name: "test", level: "info", to, recorder: recorder() });
    logger.info("before");
    await inSpan("work", {}, async () => logger.info({ round: 1 }, "within"));
    logger.info("after");
    const { traceId, spanId } = one(await received(), "work");
    expect(lines.map(({ event, trace_id, span_id }) => [event, trace_id, span_id])).toEqual([
      ["before", undefined, undefined],
      ["within", traceId, spanId],
      ["after", undefined, undefined],
    ]);
  });
});

describe("calls", () => {
  const response = DescribeDatasetResponse.create({ classes: ["cat"] });
  const batch = { index: 0, count: 1, pixels: Buffer.alloc(4), labels: [0] };
  const answers = async (methods: Partial<DatasetServiceImplementation>): Promise<DatasetServiceClient> => {
    const implementation: DatasetServiceImplementation = {
      describeDataset: async () => response,
      async *streamBatches() {
        yield batch;
        yield batch;
      },
      ...methods,
    };
    const services = [{ definition: DatasetServiceDefinition, implementation }] as const;
    const server = await serveRpc({ listen: "127.0.0.1:0", services, recorder: recorder() });
    const { client, close } = connect(DatasetServiceDefinition, server.address, { recorder: recorder() });
    closing.push(() => server.drain(0), close);
    return client;
  };
  const describe = "bnas.v1.DatasetService/DescribeDataset";
  const stream = "bnas.v1.DatasetService/StreamBatches";

  it("are a span on either side, of one trace, by OpenTelemetry's conventions for gRPC", async () => {
    const inside: Record<string, string>[] = [];
    const client = await answers({
      async describeDataset() {
        inside.push(recorder().ids());
        return response;
      },
    });
    await inSpan("asking", {}, () => client.describeDataset({}));
    const asking = one(await received(), "asking");
    const calling = one(collector, describe, "client");
    const answering = one(collector, describe, "server");
    expect(calling).toMatchObject({ traceId: asking.traceId, parentId: asking.spanId });
    expect(answering).toMatchObject({ traceId: asking.traceId, parentId: calling.spanId });
    expect(inside).toEqual([{ trace_id: answering.traceId, span_id: answering.spanId }]);
    const shared = { "rpc.system.name": "grpc", "rpc.method": describe, "rpc.status_code": "OK" };
    expect(calling.attributes).toEqual({
      ...shared,
      "server.address": "127.0.0.1",
      "server.port": expect.any(Number),
    });
    expect(answering.attributes).toEqual({ ...shared, "network.peer.address": "127.0.0.1" });
    expect(values(collector, "rpc.server.call.duration")).toEqual([{ ...shared, value: 1 }]);
    expect(values(collector, "rpc.client.call.duration")).toEqual([{ ...shared, value: 1 }]);
  });

  it.each([
    ["NOT_FOUND", undefined],
    ["DATA_LOSS", "DATA_LOSS"],
  ] as const)(
    "that fail with %s are a fault of the client's span, and of the server's only when it is to blame",
    async (code, blamed) => {
      const client = await answers({
        async describeDataset() {
          throw fault(code, "no", "");
        },
      });
      await expect(client.describeDataset({})).rejects.toMatchObject({ code });
      const calling = one(await received(), describe, "client");
      const answering = one(collector, describe, "server");
      expect(calling.attributes).toMatchObject({ "rpc.status_code": code, "error.type": code });
      expect(answering.attributes["rpc.status_code"]).toBe(code);
      expect(answering.attributes["error.type"]).toBe(blamed);
      expect(answering.failed === undefined).toBe(blamed === undefined);
    },
  );

  it("of streams last until the last answer, and a client that stops reading is at no fault", async () => {
    const client = await answers({});
    let read = 0;
    for await (const { count } of client.streamBatches({})) read += count;
    for await (const { count } of client.streamBatches({})) {
      read += count;
      break;
    }
    expect(read).toBe(3);
    const calls = named(await received(), stream).filter(({ kind }) => kind === "client");
    expect(calls.map(({ attributes, failed }) => [attributes["rpc.status_code"], failed])).toEqual([
      ["OK", undefined],
      ["CANCELLED", undefined],
    ]);
  });

  it("within the reading of a stream belong to the reader, not to the stream", async () => {
    const client = await answers({});
    await inSpan("reading", {}, async () => {
      for await (const _ of client.streamBatches({})) await inSpan("batch in progress", {}, async () => {});
    });
    const reading = one(await received(), "reading");
    expect(named(collector, "batch in progress").map(({ parentId }) => parentId)).toEqual([
      reading.spanId,
      reading.spanId,
    ]);
  });
});

describe("a log of facts", () => {
  /** Have one job done as a test says, until it has ended. */
  const work = async (job: Pick<Work, "handle">): Promise<void> => {
    const { log, jobs } = await openFacts("memory:", { recorder: recorder() });
    await log.append(trained(1));
    const stop = new AbortController();
    const handle: Work["handle"] = async (stored, context) => {
      await job.handle(stored, context);
      await log.append(evaluated(1));
      stop.abort();
    };
    const failed: Work["failed"] = async () => stop.abort();
    await jobs.work(evaluating({ handle, failed }), stop.signal);
  };

  it("records a span and a count of every fact, and the images of the jobs that it tells of", async () => {
    const log = await openLog("memory:", { recorder: recorder() });
    await log.append(trained(1));
    await log.append(trained(1));
    const spans = named(await received(), "append fact");
    const place = { "bnas.search": "s", "bnas.round": 1, "bnas.pass": 1, "bnas.sample": 1 };
    const kind = { "bnas.fact.kind": "sample.trained" };
    expect(spans.map(({ attributes }) => attributes)).toEqual([
      { ...place, ...kind, "bnas.fact.duplicate": false, "bnas.fact.sequence": 1 },
      { ...place, ...kind, "bnas.fact.duplicate": true, "bnas.fact.sequence": 1 },
    ]);
    expect(values(collector, "bnas.facts")).toEqual([
      { ...kind, "bnas.fact.duplicate": false, value: 1 },
      { ...kind, "bnas.fact.duplicate": true, value: 1 },
    ]);
    expect(values(collector, "bnas.images")).toEqual([{ "bnas.job.kind": "train sample", value: 8 }]);
  });

  it("records a job with its place in the search, a time and an outcome; what it does is a part of it", async () => {
    await work({ handle: async () => expect(recorder().job()).toBe("evaluate sample") });
    const job = one(await received(), "evaluate sample");
    expect(job.attributes).toEqual({
      "bnas.worker": "evaluator",
      "bnas.search": "s",
      "bnas.round": 1,
      "bnas.pass": 1,
      "bnas.sample": 1,
      "bnas.job.outcome": "done",
    });
    const answered = named(collector, "append fact").find(
      ({ attributes }) => attributes["bnas.fact.kind"] === "sample.evaluated",
    );
    expect(answered?.parentId).toBe(job.spanId);
    const outcome = { "bnas.job.kind": "evaluate sample", "bnas.job.outcome": "done" };
    expect(values(collector, "bnas.jobs")).toEqual([{ ...outcome, value: 1 }]);
    expect(values(collector, "bnas.job.duration")).toEqual([{ ...outcome, value: 1 }]);
  });

  it("records a job that cannot be done as failed, once", async () => {
    const handle = async () => {
      throw new Error("no memory");
    };
    await work({ handle });
    expect(one(await received(), "evaluate sample")).toMatchObject({
      failed: "no memory",
      attributes: { "bnas.job.outcome": "faulted", "error.type": "Error" },
    });
    expect(values(collector, "bnas.jobs")).toEqual([
      { "bnas.job.kind": "evaluate sample", "bnas.job.outcome": "failed", value: 1 },
    ]);
  });

  it("records what is tried again as a retry of a job that is done in the end", async () => {
    let tries = 0;
    const handle = async () => {
      tries += 1;
      if (tries === 1) throw retryLater(1, "later");
    };
    await work({ handle });
    expect(named(await received(), "evaluate sample").map(({ failed }) => failed)).toEqual(["later", undefined]);
    expect(values(collector, "bnas.retries")).toEqual([{ "bnas.retry.of": "evaluate sample", value: 1 }]);
    expect(values(collector, "bnas.jobs")).toEqual([
      { "bnas.job.kind": "evaluate sample", "bnas.job.outcome": "done", value: 1 },
    ]);
  });

  it("records a job of a search that was cancelled as stopped, which is no fault", async () => {
    const { log, jobs } = await openFacts("memory:", { recorder: recorder() });
    await log.append(trained(1));
    const stop = new AbortController();
    await jobs.work(
      evaluating({
        async handle(_, job) {
          await log.append(cancelled());
          while (!job.signal.aborted) await new Promise((resolve) => setImmediate(resolve));
          stop.abort();
          throw new Error("was stopped");
        },
      }),
      stop.signal,
    );
    expect(one(await received(), "evaluate sample")).toMatchObject({
      failed: undefined,
      attributes: { "bnas.job.outcome": "stopped" },
    });
  });
});

it("a store records a span for each blob that is put or fetched", async () => {
  const store = await openStore("memory:", { recorder: recorder() });
  const sha256 = await store.put(Buffer.from("four"));
  await store.get(sha256);
  const attributes = { "bnas.blob": sha256, "bnas.blob.bytes": 4 };
  expect(one(await received(), "put blob").attributes).toEqual(attributes);
  expect(one(collector, "get blob").attributes).toEqual(attributes);
});

it("what is observed is asked for when it is sent, and no more when it is not observed", async () => {
  const unobserve = recorder().observe("bnas.queue.depth", () => [
    { value: 7, attributes: { "bnas.worker": "trainer" } },
  ]);
  await received();
  expect(values(collector, "bnas.queue.depth")).toEqual([{ "bnas.worker": "trainer", value: 7 }]);
  unobserve();
});
