import type { CounterName, GaugeName, HistogramName } from "./instruments.js";

/** What is said of a span or of a value. Fields that are undefined are left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Headers of a message or of a call: lower-case names. */
export type Headers = Record<string, string>;

export type SpanOptions = {
  readonly attributes?: Attributes;
  readonly kind?: "internal" | "server" | "client";
  /** Milliseconds since 1970; default now. */
  readonly startMs?: number;
  /** The span begins a trace of its own, whatever span is active. */
  readonly root?: boolean;
  /** Kind of job: whatever is recorded within the span belongs to such a job. */
  readonly job?: string;
};

/** A span that has begun. The code that begins it ends it. */
export interface OpenSpan {
  /** Do work as a part of the span: spans that begin within are its children, and log lines within have its ids. */
  run<Result>(work: () => Result): Result;
  set(attributes: Attributes): void;
  /** The span is of something that failed. `type` is one of few words, such as the name of an error's class. */
  fail(type: string, message: string): void;
  /** @param endMs milliseconds since 1970; default now; needed if the beginning was given */
  end(endMs?: number): void;
}

/** Who records: `thread` where it is not the main thread of the process. */
export type Identity = { readonly service: string; readonly instance: string; readonly thread?: string };

/**
 * Where spans and values go. It is passed to whatever opens, serves or calls, as the logger is; only the active span comes from the
 * asynchronous context. How a trace crosses from process to process: as headers of whatever message crosses (W3C Trace Context:
 * traceparent, tracestate), never in a fact. A fact is what was decided, and it is the same however often and wherever it is written.
 */
export interface Recorder {
  /** False: what is recorded is lost, so callers need not prepare anything. */
  readonly on: boolean;
  /** Begin a child of the active span; with none active, a trace. */
  begin(name: string, options?: SpanOptions): OpenSpan;
  /** Headers that name the active span, for the process that continues the work (W3C Trace Context). None: no headers. */
  inject(): Headers;
  /** Do work as a part of the span that headers name, and of no other. @param job kind of job that the work belongs to */
  continueTrace<Result>(headers: Headers, work: () => Result, job?: string): Result;
  /** Fields for a log line: trace_id and span_id of the active span, if any. The object is the caller's to change. */
  ids(): Record<string, string>;
  /** Kind of the running job, if any. */
  job(): string | undefined;
  count(name: CounterName, by: number, attributes?: Attributes): void;
  measure(name: HistogramName, value: number, attributes?: Attributes): void;
  /** `read` is asked whenever values are collected, until what this gives back is called. */
  observe(
    name: GaugeName,
    read: () => readonly { readonly value: number; readonly attributes: Attributes }[],
  ): () => void;
  /** Who records in the next thread that this one starts, `name-1`, `name-2`, ...; undefined: nothing is recorded. */
  nextThread(name: string): Identity | undefined;
}

const lostSpan: OpenSpan = { run: (work) => work(), set: () => {}, fail: () => {}, end: () => {} };

/** Loses everything, at no cost. */
export const silentRecorder: Recorder = {
  on: false,
  begin: () => lostSpan,
  inject: () => ({}),
  continueTrace: (_headers, work) => work(),
  ids: () => ({}),
  job: () => undefined,
  count: () => {},
  measure: () => {},
  observe: () => () => {},
  nextThread: () => undefined,
};
