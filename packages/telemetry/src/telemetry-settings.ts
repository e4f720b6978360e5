import { invalidInput, nearest } from "@bnas/errors";
import type { Environment } from "./environment.js";

/** Whether and how a process records, by the standard variables of OpenTelemetry; the exporters read the rest of them. */
export type TelemetrySettings = {
  readonly metricIntervalMs: number;
  readonly sampler: (typeof samplers)[number];
  /** Share of traces that is kept, in [0, 1]; only where the sampler asks for one. */
  readonly samplerRatio: number;
};

const samplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

/**
 * Null: record nothing, which is so unless OTEL_EXPORTER_OTLP_ENDPOINT names a collector.
 * @throws InvalidInput for a value that cannot be used, rather than to record nothing in silence
 */
export const telemetrySettings = (env: Environment): TelemetrySettings | null => {
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT ?? "";
  if (endpoint === "" || env.OTEL_SDK_DISABLED?.toLowerCase() === "true") return null;
  if (!URL.canParse(endpoint) || !/^https?:\/\//.test(endpoint)) {
    throw invalidInput(
      "OTEL_EXPORTER_OTLP_ENDPOINT",
      endpoint,
      "the URL of a collector, for example http://127.0.0.1:4318",
      "Give the scheme too; unset it to record nothing.",
    );
  }
  const protocol = env.OTEL_EXPORTER_OTLP_PROTOCOL ?? "http/protobuf";
  if (protocol !== "http/protobuf") {
    throw invalidInput(
      "OTEL_EXPORTER_OTLP_PROTOCOL",
      protocol,
      "http/protobuf",
      "Collectors take it on port 4318; unset the variable and give that port in OTEL_EXPORTER_OTLP_ENDPOINT.",
    );
  }
  return {
    metricIntervalMs: numberIn(env, "OTEL_METRIC_EXPORT_INTERVAL", 60_000, { least: 1000, most: 3_600_000 }),
    sampler: samplerIn(env),
    samplerRatio: numberIn(env, "OTEL_TRACES_SAMPLER_ARG", 1, { least: 0, most: 1 }),
  };
};

const samplerIn = (env: Environment): TelemetrySettings["sampler"] => {
  const name = env.OTEL_TRACES_SAMPLER ?? "parentbased_always_on";
  const known = samplers.find((one) => one === name);
  if (known !== undefined) return known;
  const hint = `Did you mean ${nearest(name, samplers)}?`;
  throw invalidInput("OTEL_TRACES_SAMPLER", name, `one of ${samplers.join(", ")}`, hint);
};

const numberIn = (
  env: Environment,
  name: string,
  otherwise: number,
  { least, most }: { readonly least: number; readonly most: number },
): number => {
  const text = env[name] ?? "";
  const value = text === "" ? otherwise : Number(text);
  if (value >= least && value <= most) return value;
  throw invalidInput(name, text, `a number from ${least} to ${most}`, `Unset it for ${otherwise}.`);
};
