import {
  type Attributes as ApiAttributes,
  type Context,
  createContextKey,
  defaultTextMapGetter,
  defaultTextMapSetter,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import type { MeterProvider } from "@opentelemetry/sdk-metrics";
import type { TracerProvider } from "@opentelemetry/sdk-trace";
import { counters, gauges, histograms } from "./instruments.js";
import type { Attributes, Identity, OpenSpan, Recorder } from "./recorder.js";

const kinds = { internal: SpanKind.INTERNAL, server: SpanKind.SERVER, client: SpanKind.CLIENT } as const;
const jobKey = createContextKey("bnas.job.kind");

/**
 * A recorder on the SDK of OpenTelemetry. It sets nothing global, so that several may live side by side; nothing of ours but
 * this file and open-exporters.ts knows OpenTelemetry, and both are loaded only when there is somewhere to send to.
 */
export const openTelemetryRecorder = (
  tracers: Pick<TracerProvider, "getTracer">,
  meters: Pick<MeterProvider, "getMeter">,
  identity: Identity,
): Recorder & { close(): void } => {
  const tracer = tracers.getTracer("bnas");
  const meter = meters.getMeter("bnas");
  const contexts = new AsyncLocalStorageContextManager();
  const propagator = new W3CTraceContextPropagator();

  const counting = mapValues(counters, (options, name) => meter.createCounter(name, options));
  const measuring = mapValues(histograms, ({ bounds, ...options }, name) =>
    meter.createHistogram(name, { ...options, advice: { explicitBucketBoundaries: [...bounds] } }),
  );
  const observed = mapValues(gauges, (options, name) => meter.createObservableGauge(name, options));

  let threads = 0;
  return {
    on: true,
    begin(name, { attributes = {}, kind = "internal", startMs, root = false, job } = {}) {
      const parent = root ? ROOT_CONTEXT : contexts.active();
      const span = tracer.startSpan(
        name,
        { kind: kinds[kind], attributes: given(attributes), ...(startMs === undefined ? {} : { startTime: startMs }) },
        parent,
      );
      const within = trace.setSpan(job === undefined ? parent : parent.setValue(jobKey, job), span);
      return openSpan(span, (work) => contexts.with(within, work));
    },
    inject() {
      const headers = {};
      propagator.inject(contexts.active(), headers, defaultTextMapSetter);
      return headers;
    },
    continueTrace(headers, work, job) {
      const context = job === undefined ? ROOT_CONTEXT : ROOT_CONTEXT.setValue(jobKey, job);
      return contexts.with(propagator.extract(context, headers, defaultTextMapGetter), work);
    },
    ids() {
      const active = trace.getSpanContext(contexts.active());
      return active !== undefined && isSpanContextValid(active)
        ? { trace_id: active.traceId, span_id: active.spanId }
        : {};
    },
    job: () => jobOf(contexts.active()),
    count: (name, by, attributes = {}) => counting[name].add(by, given(attributes)),
    measure: (name, value, attributes = {}) => measuring[name].record(value, given(attributes)),
    observe(name, read) {
      const callback: Parameters<(typeof observed)[typeof name]["addCallback"]>[0] = (result) => {
        for (const { value, attributes } of read()) result.observe(value, given(attributes));
      };
      observed[name].addCallback(callback);
      return () => observed[name].removeCallback(callback);
    },
    nextThread(name) {
      threads += 1;
      return { ...identity, thread: `${name}-${threads}` };
    },
    close: () => contexts.disable(),
  };
};

const openSpan = (span: Span, run: OpenSpan["run"]): OpenSpan => ({
  run,
  set: (attributes) => span.setAttributes(given(attributes)),
  fail(type, message) {
    span.setAttribute("error.type", type);
    span.setStatus({ code: SpanStatusCode.ERROR, message });
  },
  end: (endMs) => span.end(endMs),
});

const jobOf = (context: Context): string | undefined => {
  const job = context.getValue(jobKey);
  return typeof job === "string" ? job : undefined;
};

/** Without what is undefined. */
const given = (attributes: Attributes): ApiAttributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));

const mapValues = <Name extends string, From, To>(
  record: Readonly<Record<Name, From>>,
  to: (value: From, name: Name) => To,
): Record<Name, To> =>
  // The names are those of the record, which Object.entries forgets.
  Object.fromEntries(
    (Object.entries(record) as [Name, From][]).map(([name, value]) => [name, to(value, name)]),
  ) as Record<Name, To>;
