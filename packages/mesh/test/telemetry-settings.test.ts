import { afterEach, describe, expect, it, vi } from "vitest";
import { MemoryLog } from "../../log/src/memory-log.js";
import { inSpan } from "../../telemetry/src/in-span.js";
import { createLogger } from "../../telemetry/src/logging.js";
import { silentRecorder } from "../../telemetry/src/recorder.js";
import { startTelemetry } from "../../telemetry/src/start-telemetry.js";
import { telemetrySettings } from "../../telemetry/src/telemetry-settings.js";
import { otlpReceiver } from "../../telemetry/test/otlp-receiver.js";
import { openLog } from "../src/open.js";

const OTEL_EXPORTER_OTLP_ENDPOINT = "http://127.0.0.1:4318";
const lines: string[] = [];
const logger = createLogger({ name: "test", level: "debug", to: { write: (line) => void lines.push(line) } });

afterEach(() => vi.unstubAllEnvs());

describe("settings of telemetry", () => {
  it.each([{}, { OTEL_EXPORTER_OTLP_ENDPOINT: "" }, { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SDK_DISABLED: "true" }])(
    "are off for %j",
    (env) => {
      expect(telemetrySettings(env)).toBeNull();
    },
  );

  it("follow the standard variables, with their standard defaults", () => {
    expect(telemetrySettings({ OTEL_EXPORTER_OTLP_ENDPOINT })).toEqual({
      metricIntervalMs: 60_000,
      sampler: "parentbased_always_on",
      samplerRatio: 1,
    });
    expect(
      telemetrySettings({
        OTEL_EXPORTER_OTLP_ENDPOINT,
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
        OTEL_METRIC_EXPORT_INTERVAL: "5000",
        OTEL_TRACES_SAMPLER: "traceidratio",
        OTEL_TRACES_SAMPLER_ARG: "0.25",
      }),
    ).toEqual({ metricIntervalMs: 5000, sampler: "traceidratio", samplerRatio: 0.25 });
  });

  it.each([
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", /the URL of a collector/],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "not a url", /the URL of a collector/],
    ["OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", /http\/protobuf.*4318/],
    ["OTEL_METRIC_EXPORT_INTERVAL", "often", /a number from 1000/],
    ["OTEL_TRACES_SAMPLER", "alway_on", /Did you mean always_on/],
    ["OTEL_TRACES_SAMPLER_ARG", "2", /a number from 0 to 1/],
  ])("refuse %s=%s, and say what is allowed", (name, value, message) => {
    const read = () => telemetrySettings({ OTEL_EXPORTER_OTLP_ENDPOINT, [name]: value });
    expect(read).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    expect(read).toThrow(message);
  });
});

describe("a process without a collector", () => {
  it("records nothing, and puts nothing around its log", async () => {
    const telemetry = await startTelemetry({ service: "test", env: {}, logger });
    expect(telemetry.recorder).toBe(silentRecorder);
    expect(await openLog("memory:", { recorder: telemetry.recorder })).toBeInstanceOf(MemoryLog);
    const { recorder } = telemetry;
    expect(await inSpan(recorder, "lost", {}, async () => [recorder.inject(), recorder.ids(), recorder.job()])).toEqual(
      [{}, {}, undefined],
    );
    await telemetry.shutdown();
  });
});

describe("a process with a collector", () => {
  const withCollector = async (env: Record<string, string> = {}) => {
    const collector = await otlpReceiver();
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint);
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    lines.length = 0;
    const telemetry = await startTelemetry({ service: "test", env: process.env, logger });
    return { collector, telemetry };
  };

  it("takes its name and more from the standard variables, and sends the headers that they give", async () => {
    const { collector, telemetry } = await withCollector({
      OTEL_SERVICE_NAME: "trainers",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=lab",
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20letmein",
      OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
    });
    await inSpan(telemetry.recorder, "work", {}, async () => {});
    await telemetry.shutdown();
    expect(collector.spans[0]?.resource).toMatchObject({
      "service.name": "trainers",
      "deployment.environment.name": "lab",
    });
    expect(collector.headers[0]).toMatchObject({ authorization: "Bearer letmein", "content-encoding": "gzip" });
    expect(lines.join("")).not.toContain("letmein");
    await collector.close();
  });

  it("sends the traces that the sampler keeps, and every count", async () => {
    const { collector, telemetry } = await withCollector({ OTEL_TRACES_SAMPLER: "always_off" });
    await inSpan(telemetry.recorder, "work", {}, async () => telemetry.recorder.count("bnas.images", 3));
    await telemetry.shutdown();
    expect(collector.spans).toEqual([]);
    expect(collector.points().map(({ metric, unit, value }) => [metric, unit, value])).toEqual([
      ["bnas.images", "{image}", 3],
    ]);
    await collector.close();
  });

  it("ends although the collector refuses, and says so in the log", async () => {
    const { collector, telemetry } = await withCollector();
    collector.refuse(400);
    await inSpan(telemetry.recorder, "work", {}, async () => {});
    await telemetry.shutdown();
    expect(telemetry.recorder).toBe(silentRecorder);
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ level: "warn", event: "telemetry could not be delivered" }),
    );
    await collector.close();
  });

  it("ends within seconds although no one collects", async () => {
    const { collector, telemetry } = await withCollector();
    await collector.close();
    await inSpan(telemetry.recorder, "work", {}, async () => {});
    await telemetry.shutdown();
    expect(telemetry.recorder).toBe(silentRecorder);
  });
});
