import { messageOf } from "@bnas/errors";
import type { Attributes, OpenSpan, Recorder } from "@bnas/telemetry";
import {
  type CallContext,
  type CallOptions,
  ClientError,
  type ClientMiddleware,
  type ClientMiddlewareCall,
  Metadata,
  ServerError,
  type ServerMiddlewareCall,
  Status,
} from "nice-grpc-common";

// Spans and times of calls by OpenTelemetry's conventions for RPC and gRPC, and W3C Trace Context in the metadata. The package
// nice-grpc-opentelemetry was not taken: it adds an event for every message of a stream, and uses names that are given up.

/** Codes that are the fault of a server. The others are a client's affair. */
const faults = new Set([
  Status.UNKNOWN,
  Status.DEADLINE_EXCEEDED,
  Status.UNIMPLEMENTED,
  Status.INTERNAL,
  Status.UNAVAILABLE,
  Status.DATA_LOSS,
]);

// biome-ignore lint/suspicious/noConfusingVoidType: nice-grpc's streams end so
type Answers<Response> = AsyncGenerator<Response, Response | undefined | void, undefined>;

/** Server middleware, the outermost: a span for each call, in the trace of the caller. */
export const traceAnswers =
  (recorder: Recorder) =>
  <Request, Response>(call: ServerMiddlewareCall<Request, Response>, context: CallContext): Answers<Response> => {
    const headers: Record<string, string> = {};
    for (const name of ["traceparent", "tracestate"]) {
      const value = context.metadata.get(name);
      if (typeof value === "string") headers[name] = value;
    }
    const attributes = { ...methodOf(call.method.path), "network.peer.address": context.peer.replace(/:\d+$/, "") };
    const span = recorder.continueTrace(headers, () =>
      recorder.begin(nameOf(call.method.path), { kind: "server", attributes }),
    );
    const traced = {
      recorder,
      span,
      metric: "rpc.server.call.duration",
      path: call.method.path,
      isFault: (code: Status) => faults.has(code),
    } as const;
    return tellEnd(traced, call.next(call.request, context));
  };

/** Client middleware: a span for each call, all its attempts together. @param address host:port of the server */
export const traceCalls =
  (address: string, recorder: Recorder): ClientMiddleware =>
  <Request, Response>(call: ClientMiddlewareCall<Request, Response>, options: CallOptions): Answers<Response> => {
    const { path } = call.method;
    const span = recorder.begin(nameOf(path), {
      kind: "client",
      attributes: { ...methodOf(path), ...serverOf(address) },
    });
    const metadata = Metadata(options.metadata);
    for (const [name, value] of Object.entries(span.run(() => recorder.inject()))) metadata.set(name, value);
    const traced = {
      recorder,
      span,
      metric: "rpc.client.call.duration",
      path,
      isFault: () => options.signal?.aborted !== true,
    } as const;
    return tellEnd(traced, call.next(call.request, { ...options, metadata }));
  };

/** Go through the answers within the span, and end it as they end. To stop reading before that is no fault. */
async function* within<Response>(
  {
    recorder,
    span,
    metric,
    path,
    isFault,
  }: {
    readonly recorder: Recorder;
    readonly span: OpenSpan;
    readonly metric: "rpc.server.call.duration" | "rpc.client.call.duration";
    readonly path: string;
    readonly isFault: (code: Status) => boolean;
  },
  answers: Answers<Response>,
): Answers<Response> {
  const begun = performance.now();
  let code: Status | undefined;
  try {
    const answer = yield* answers;
    code = Status.OK;
    return answer;
  } catch (error) {
    code = codeOf(error);
    if (isFault(code)) span.fail(Status[code], messageOf(error));
    throw error;
  } finally {
    const status = { "rpc.status_code": Status[code ?? Status.CANCELLED] };
    recorder.measure(metric, (performance.now() - begun) / 1000, { ...methodOf(path), ...status });
    span.set(status);
    span.end();
  }
}

/** A generator runs in the context of the code that asks for more, so each step is put into the span. */
const tellEnd = <Response>(traced: Parameters<typeof within>[0], answers: Answers<Response>): Answers<Response> => {
  const generator = within(traced, answers);
  const { span } = traced;
  const bound: Answers<Response> = {
    next: () => span.run(() => generator.next()),
    return: (value) => span.run(() => generator.return(value)),
    throw: (error) => span.run(() => generator.throw(error)),
    [Symbol.asyncIterator]: () => bound,
    [Symbol.asyncDispose]: async () => {
      await bound.return(undefined);
    },
  };
  return bound;
};

const codeOf = (error: unknown): Status => {
  if (error instanceof ServerError || error instanceof ClientError) return error.code;
  return error instanceof Error && error.name === "AbortError" ? Status.CANCELLED : Status.UNKNOWN;
};

/** `bnas.v1.DatasetService/DescribeDataset`. */
const nameOf = (path: string): string => path.slice(1);

const methodOf = (path: string): Attributes => ({ "rpc.system.name": "grpc", "rpc.method": nameOf(path) });

const serverOf = (address: string): Attributes => {
  const [, host, port] = /^(.*):(\d+)$/.exec(address) ?? [];
  return host === undefined ? { "server.address": address } : { "server.address": host, "server.port": Number(port) };
};
