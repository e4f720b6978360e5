import { SearchServiceDefinition } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OtlpReceiver, otlpReceiver } from "../../packages/telemetry/test/otlp-receiver.js";
import { NatsServer } from "../nats/server.js";
import { tinySpec } from "./bnas.js";
import { serve } from "./serve.js";

describe("a search whose facts travel by NATS", () => {
  let collector: OtlpReceiver;
  let nats: NatsServer;

  beforeAll(async () => {
    nats = await NatsServer.start();
    collector = await otlpReceiver();
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.endpoint;
    const url = `nats://${nats.address}`;
    const dataset = await serve("dataset");
    const all = ["--log", url, "--store", url, "--dataset", dataset.address];
    const pruner = await serve("pruner", ...all);
    const services = [dataset, pruner, await serve("trainer", ...all), await serve("evaluator", ...all)];
    const { client, close } = connect(SearchServiceDefinition, pruner.address);
    await client.createSearch({ searchId: "traced", spec: tinySpec });
    for await (const _ of client.watchSearch({ searchId: "traced" }));
    close();
    for (const { process } of services) process.kill("SIGTERM");
    for (const { ended } of services) await ended;
  });
  afterAll(async () => {
    delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
    await collector.close();
    await nats.stop();
  });

  it("shows a request of the pruner and the training that answers it in one trace", () => {
    const by = (service: string, name: RegExp) =>
      collector.spans.filter((span) => span.resource["service.name"] === `bnas-${service}` && name.test(span.name));
    const trained = by("trainer", /^train sample$/);
    expect(trained).toHaveLength(19);
    for (const { traceId } of trained) {
      expect(by("pruner", /^append fact$/).filter((span) => span.traceId === traceId).length).toBeGreaterThan(0);
      expect(by("evaluator", /^evaluate sample$/).filter((span) => span.traceId === traceId).length).toBeGreaterThan(0);
    }
  });
});
