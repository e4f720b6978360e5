import { setTimeout as pause } from "node:timers/promises";
import { backOff, fault, hasCode, messageOf, setting, text } from "@bnas/errors";
import type { Recorder } from "@bnas/telemetry";
import type { DeadlineOptions } from "nice-grpc-client-middleware-deadline";
import {
  type CallOptions,
  ClientError,
  type ClientMiddleware,
  type ClientMiddlewareCall,
  type MethodDescriptor,
  Status,
} from "nice-grpc-common";
import { connectionFault, type Security } from "./connection-faults.js";
import { fromRpcError } from "./rpc-errors.js";

/** Milliseconds between attempts of a call: about three seconds in all, as long as a service takes to start again. */
const pausesMs = { first: 100, most: 1_600 };
const MOST_RETRIES = 5;

/** Try a call again that could not reach the service. Only calls of which a second one changes nothing, and only unary ones. */
export const retryUnavailable = (
  isIdempotent: (method: MethodDescriptor) => boolean,
  recorder: Recorder,
): ClientMiddleware =>
  async function* retryUnavailable<Request, Response>(
    call: ClientMiddlewareCall<Request, Response>,
    options: CallOptions,
  ) {
    if (call.requestStream || call.responseStream || !isIdempotent(call.method)) {
      return yield* call.next(call.request, options);
    }
    for (let failures = 1; failures <= MOST_RETRIES; failures++) {
      try {
        return yield* call.next(call.request, options);
      } catch (error) {
        if (!(error instanceof ClientError) || error.code !== Status.UNAVAILABLE) throw error;
        recorder.count("bnas.retries", 1, { "bnas.retry.of": "call" });
        const pauseMs = backOff(failures, pausesMs);
        await pause(pauseMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
      }
    }
    return yield* call.next(call.request, options);
  };

/** Unary calls end after this time unless they say otherwise (`{ deadline: ms }`). Streams take as long as they take. */
export const defaultDeadline = (deadlineMs: number): ClientMiddleware<object, DeadlineOptions> =>
  async function* defaultDeadline<Request, Response>(
    call: ClientMiddlewareCall<Request, Response, DeadlineOptions>,
    options: CallOptions,
  ) {
    const isUnary = !call.requestStream && !call.responseStream;
    return yield* call.next(call.request, isUnary ? { deadline: deadlineMs, ...options } : options);
  };

/** Throw what the service threw, code and all, or why there is no connection. */
export const throwOurErrors = (as: "person" | "service", security: Security): ClientMiddleware =>
  async function* throwOurErrors(call, options) {
    try {
      return yield* call.next(call.request, options);
    } catch (error) {
      const thrown = connectionFault(error, security) ?? fromRpcError(error);
      throw as === "service" ? notLetIn(thrown) : thrown;
    }
  };

/** What one service says to another that it does not know is no answer to who called that one. */
const notLetIn = (error: unknown): unknown => {
  if (!hasCode(error, "UNAUTHENTICATED")) return error;
  const hint = text`compare ${setting("clientTokenFile")} of who calls with ${setting("tokenFile")} of who answers (docs/security.md)`;
  return fault("UNAVAILABLE", text`a service does not let another one in: ${messageOf(error)}`, hint, { cause: error });
};
