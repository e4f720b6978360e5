import { join } from "node:path";
import { SearchServiceDefinition } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OtlpReceiver, otlpReceiver, type ReceivedSpan } from "../../packages/telemetry/test/otlp-receiver.js";
import { type Ended, temporaryFolder, tinySpec } from "./bnas.js";
import { serve } from "./serve.js";

describe("a search of four services that send their telemetry to one collector", () => {
  const standard = { OTEL_EXPORTER_OTLP_ENDPOINT: "", OTEL_METRIC_EXPORT_INTERVAL: "2000" };
  let collector: OtlpReceiver;
  let logs: Readonly<Record<string, Ended>>;

  beforeAll(async () => {
    collector = await otlpReceiver();
    Object.assign(process.env, { ...standard, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    const folder = temporaryFolder();
    const where = ["--log", `file:${join(folder, "facts.jsonl")}`, "--store", `dir:${join(folder, "blobs")}`];
    const dataset = await serve("dataset");
    const all = [...where, "--dataset", dataset.address];
    const pruner = await serve("pruner", ...all);
    const services = {
      dataset,
      pruner,
      trainer: await serve("trainer", ...all),
      evaluator: await serve("evaluator", ...all),
    };

    const { client, close } = connect(SearchServiceDefinition, pruner.address);
    await client.createSearch({ searchId: "traced", spec: tinySpec });
    for await (const _ of client.watchSearch({ searchId: "traced" }));
    close();
    for (const { process } of Object.values(services)) process.kill("SIGTERM");
    logs = Object.fromEntries(
      await Promise.all(Object.entries(services).map(async ([name, { ended }]) => [name, await ended] as const)),
    );
  });
  afterAll(async () => {
    for (const name of Object.keys(standard)) delete process.env[name];
    await collector.close();
  });

  const of = (service: string, name: string): readonly ReceivedSpan[] =>
    collector.spans.filter((span) => span.resource["service.name"] === `bnas-${service}` && span.name === name);
  const inTrace = (span: ReceivedSpan | undefined) =>
    collector.spans.filter(({ traceId }) => traceId === span?.traceId);
  const parentOf = (span: ReceivedSpan) => collector.spans.find(({ spanId }) => spanId === span.parentId);

  it("ends well, and says of nothing that it could not be delivered", () => {
    for (const { code, stderr } of Object.values(logs))
      expect([code, stderr]).toEqual([0, expect.not.stringMatching(/"level":"(warn|error)"/)]);
  });

  it("shows in one trace how the pruner asked the dataset service before it opened the search", () => {
    const [created, ...more] = of("pruner", "bnas.v1.SearchService/CreateSearch");
    expect(more).toEqual([]);
    const [answered] = inTrace(created).filter(({ resource }) => resource["service.name"] === "bnas-dataset");
    expect(answered).toMatchObject({ name: "bnas.v1.DatasetService/DescribeDataset", kind: "server" });
    const asked = answered && parentOf(answered);
    expect(asked).toMatchObject({ kind: "client", parentId: created?.spanId });
    expect(asked?.resource["service.name"]).toBe("bnas-pruner");
    const names = inTrace(created).map(({ name, attributes }) => `${name} ${attributes["bnas.fact.kind"] ?? ""}`);
    expect(names).toContain("append fact search.opened");
  });

  it("shows every job with its place in the search, and what was done for it in the thread and elsewhere", () => {
    const jobs = of("trainer", "train sample");
    expect(jobs).toHaveLength(19);
    const [job] = jobs;
    expect(job?.attributes).toEqual({
      "bnas.worker": "trainer",
      "bnas.search": "traced",
      "bnas.round": 1,
      "bnas.pass": 1,
      "bnas.sample": 1,
      "bnas.job.outcome": "done",
    });
    const parts = inTrace(job).map(({ name, resource }) => `${resource["service.name"]}: ${name}`);
    for (const part of [
      "bnas-trainer: step",
      "bnas-trainer: get blob",
      "bnas-trainer: put blob",
      "bnas-trainer: append fact",
      "bnas-trainer: bnas.v1.DatasetService/StreamBatches",
      "bnas-dataset: bnas.v1.DatasetService/StreamBatches",
    ]) {
      expect(parts).toContain(part);
    }
    const steps = inTrace(job).filter(({ name }) => name === "step");
    for (const step of steps) {
      expect(step).toMatchObject({ parentId: job?.spanId, resource: { "thread.name": "tensors-1" } });
      expect(step.endMs).toBeGreaterThanOrEqual(step.startMs);
    }
    expect(of("trainer", "train epoch")).toHaveLength(7);
    expect(of("evaluator", "evaluate sample")).toHaveLength(19);
  });

  it("shows each round as one trace of what the pruner decided in it", () => {
    const rounds = of("pruner", "round");
    expect(rounds.map(({ attributes }) => attributes["bnas.round"])).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(of("pruner", "warm-up")).toHaveLength(1);
    const [first] = rounds;
    const facts = inTrace(first).map(({ attributes }) => attributes["bnas.fact.kind"]);
    expect(facts.filter((kind) => kind === "round.opened")).toHaveLength(1);
    expect(facts.filter((kind) => kind === "sample.requested")).toHaveLength(4);
    expect(facts.filter((kind) => kind === "round.reduced")).toHaveLength(1);
    for (const decided of of("pruner", "decide")) expect(parentOf(decided)?.name).toMatch(/^(warm-up|round)$/);
  });

  const total = (metric: string, service: string, attributes: object = {}): number =>
    collector
      .points()
      .filter((point) => point.metric === metric && point.resource["service.name"] === `bnas-${service}`)
      .filter((point) => Object.entries(attributes).every(([name, value]) => point.attributes[name] === value))
      .reduce((sum, { value, count }) => sum + (count ?? value), 0);

  it("counts jobs, images, facts and steps, and times them", () => {
    expect(total("bnas.jobs", "trainer", { "bnas.job.kind": "train sample", "bnas.job.outcome": "done" })).toBe(19);
    expect(total("bnas.jobs", "trainer")).toBe(26);
    expect(total("bnas.job.duration", "evaluator", { "bnas.job.kind": "evaluate sample" })).toBe(19);
    expect(total("bnas.images", "trainer")).toBe(26 * 60);
    expect(total("bnas.images", "evaluator")).toBe(19 * 30);
    expect(total("bnas.facts", "pruner", { "bnas.fact.kind": "sample.requested" })).toBe(19);
    expect(total("bnas.step.duration", "trainer", { "bnas.job.kind": "train sample" })).toBe(
      of("trainer", "step").length - 8,
    );
    expect(total("rpc.server.call.duration", "dataset", { "rpc.status_code": "OK" })).toBeGreaterThan(26 * 2);
    const depths = collector.points().filter(({ metric }) => metric === "bnas.queue.depth");
    expect(depths.map(({ attributes, unit }) => [attributes["bnas.worker"], unit]).sort()).toEqual([
      ["evaluator", "{job}"],
      ["trainer", "{job}"],
    ]);
  });

  it("writes the trace of each job on its log line", () => {
    const trained = logs.trainer?.stderr
      .split("\n")
      .filter((line) => line.includes('"event":"trained"'))
      .map((line) => JSON.parse(line));
    expect(trained).toHaveLength(26);
    const traces = [...of("trainer", "train epoch"), ...of("trainer", "train sample")].map(({ traceId }) => traceId);
    expect(trained?.map(({ trace_id }) => trace_id).sort()).toEqual(traces.sort());
  });
});
