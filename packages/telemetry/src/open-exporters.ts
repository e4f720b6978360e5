import { readFile } from "node:fs/promises";
import { messageOf } from "@bnas/errors";
import { DiagLogLevel, diag } from "@opentelemetry/api";
import { setGlobalErrorHandler } from "@opentelemetry/core";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { Logger } from "./logging.js";
import { openTelemetryRecorder } from "./open-telemetry.js";
import type { Identity, Recorder } from "./recorder.js";
import type { TelemetrySettings } from "./telemetry-settings.js";

/** Spans that wait for their turn; a search of tiny networks makes some hundreds a second. */
const MOST_SPANS_WAITING = 16_384;

export type Exporters = { readonly recorder: Recorder; close(): Promise<void> };

/**
 * A recorder that sends to a collector by OTLP over HTTP (protobuf). Endpoint, headers, certificates, compression and time-outs
 * are read by the exporters from the standard variables OTEL_EXPORTER_OTLP_*.
 */
export const openExporters = async (
  settings: TelemetrySettings,
  identity: Identity,
  logger: Logger,
): Promise<Exporters> => {
  const tellFault = hearOfFaults(logger);
  const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
  const described = detectResources({ detectors: [envDetector] });
  const ofProcess = resourceFromAttributes({
    "service.name": identity.service,
    "service.version": version,
    "service.instance.id": identity.instance,
  });
  const named = defaultResource().merge(ofProcess).merge(described);
  // Two threads that count must not pass for one instance: their sums would overwrite each other.
  const instance = String(named.attributes["service.instance.id"]);
  const resource =
    identity.thread === undefined
      ? named
      : named.merge(
          resourceFromAttributes({
            "service.instance.id": `${instance}/${identity.thread}`,
            "thread.name": identity.thread,
          }),
        );

  const tracers = new TracerProvider({
    resource,
    sampler: samplerOf(settings),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), maxQueueSize: MOST_SPANS_WAITING })],
  });
  const meters = new MeterProvider({
    resource,
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter(),
        exportIntervalMillis: settings.metricIntervalMs,
        exportTimeoutMillis: settings.metricIntervalMs,
      }),
    ],
  });
  const recorder = openTelemetryRecorder(tracers, meters, { ...identity, instance });
  return {
    recorder,
    close: async () => {
      recorder.close();
      await Promise.all([tracers.shutdown().catch(tellFault), meters.shutdown().catch(tellFault)]);
    },
  };
};

const samplerOf = ({ sampler, samplerRatio }: TelemetrySettings): Sampler => {
  const root = sampler.endsWith("always_off")
    ? new AlwaysOffSampler()
    : sampler.endsWith("traceidratio")
      ? new TraceIdRatioBasedSampler(samplerRatio)
      : new AlwaysOnSampler();
  return sampler.startsWith("parentbased_") ? new ParentBasedSampler({ root }) : root;
};

/** A collector that cannot be reached is worth one line, not one every five seconds. */
const hearOfFaults = (logger: Logger): ((error: unknown) => void) => {
  const reported = new Set<string>();
  const tell = (message: string) => {
    const known = reported.has(message);
    reported.add(message);
    logger[known ? "debug" : "warn"]({ reason: message }, "telemetry could not be delivered");
  };
  const ignore = () => {};
  diag.setLogger(
    { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const tellFault = (error: unknown) => tell(messageOf(error));
  setGlobalErrorHandler(tellFault);
  return tellFault;
};
