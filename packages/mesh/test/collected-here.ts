import { afterAll, afterEach, beforeAll, beforeEach, vi } from "vitest";
import { inSpan as inSpanOf } from "../../telemetry/src/in-span.js";
import { silentLogger } from "../../telemetry/src/logging.js";
import type { Recorder, SpanOptions } from "../../telemetry/src/recorder.js";
import { type RunningTelemetry, startTelemetry } from "../../telemetry/src/start-telemetry.js";
import { type OtlpReceiver, otlpReceiver, type ReceivedSpan } from "../../telemetry/test/otlp-receiver.js";

/** Telemetry that sends to a collector of this test file, begun again for each test. */
export const collectedHere = () => {
  let collector: OtlpReceiver;
  let telemetry: RunningTelemetry;
  const closing: (() => unknown)[] = [];
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

  return {
    /** Called after the test, the last first. */
    closing,
    collector: (): OtlpReceiver => collector,
    /** Of the test that runs. */
    recorder: (): Recorder => telemetry.recorder,
    inSpan: <Result>(name: string, options: SpanOptions, work: () => Promise<Result>): Promise<Result> =>
      inSpanOf(telemetry.recorder, name, options, work),
    /** What was recorded, once it has all arrived. */
    received: async (): Promise<OtlpReceiver> => {
      await telemetry.shutdown();
      return collector;
    },
  };
};

export const named = ({ spans }: OtlpReceiver, name: string): readonly ReceivedSpan[] =>
  spans.filter((span) => span.name === name);

/** The one span of a name. Throws where there are more, or none. */
export const one = (collector: OtlpReceiver, name: string, kind?: ReceivedSpan["kind"]): ReceivedSpan => {
  const [span, ...others] = named(collector, name).filter((span) => kind === undefined || span.kind === kind);
  if (span === undefined || others.length > 0) throw new Error(`${others.length + (span ? 1 : 0)} spans named ${name}`);
  return span;
};

export const values = (collector: OtlpReceiver, metric: string) =>
  collector
    .points()
    .filter((point) => point.metric === metric)
    .map(({ attributes, value, count }) => ({ ...attributes, value: count ?? value }));
