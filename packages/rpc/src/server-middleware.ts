import type { Logger } from "@bnas/telemetry";
import {
  type CallContext,
  ServerError,
  type ServerMiddleware,
  type ServerMiddlewareCall,
  Status,
} from "nice-grpc-common";
import { toRpcError } from "./rpc-errors.js";

/** Tell callers what they can act on, and the log of everything else: callers get INTERNAL then, and no inner part of ours. */
export const explainErrors = (logger: Logger): ServerMiddleware =>
  async function* explainErrors<Request, Response>(
    call: ServerMiddlewareCall<Request, Response>,
    context: CallContext,
  ) {
    try {
      return yield* call.next(call.request, context);
    } catch (error) {
      if (context.signal.aborted) throw new ServerError(Status.CANCELLED, "The caller went away");
      const explained = toRpcError(error);
      if (explained !== null) throw explained;
      logger.error({ method: call.method.path, err: error }, "a call failed");
      throw new ServerError(
        Status.INTERNAL,
        `${call.method.path} failed inside; the log of the service has the reason`,
      );
    }
  };

/** Watches have no end of their own: they end, as UNAVAILABLE, when the server drains. A watch is a stream named Watch... */
export const endWatches = (draining: AbortSignal): ServerMiddleware =>
  async function* endWatches<Request, Response>(call: ServerMiddlewareCall<Request, Response>, context: CallContext) {
    const isWatch = call.responseStream && /\/Watch\w*$/.test(call.method.path);
    if (!isWatch) return yield* call.next(call.request, context);
    try {
      const answer = yield* call.next(call.request, {
        ...context,
        signal: AbortSignal.any([context.signal, draining]),
      });
      if (!draining.aborted) return answer;
    } catch (error) {
      if (!draining.aborted) throw error;
    }
    throw new ServerError(Status.UNAVAILABLE, "The service is draining: watch again");
  };
