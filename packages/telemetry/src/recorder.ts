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

/** Where spans and values go. */
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
};

// The one thing of a process that is not passed to the code that uses it: spans cross every layer, and their parents come from the
// asynchronous context anyway.
let current: Recorder = silentRecorder;

/** The recorder of this thread. Ask for it when you record, or, to arrange for recording, after `startTelemetry`. */
export const recorder = (): Recorder => current;

/** For `startTelemetry` alone. */
export const setRecorder = (next: Recorder): void => {
  current = next;
};
