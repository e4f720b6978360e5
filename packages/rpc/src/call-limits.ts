import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { fault, LIMITS, type LimitName } from "@bnas/errors";
import type { Logger, Recorder } from "@bnas/telemetry";
import {
  type Responder,
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
} from "@grpc/grpc-js";
import type { CallContext, ServerMiddleware, ServerMiddlewareCall } from "nice-grpc-common";
import type { Called } from "./tokens.js";

/** The limits of a server that gRPC itself does not hold; a test gives smaller ones. */
export type CallLimitValues = Readonly<
  Record<"connections" | "handshakeMs" | "callsOfCaller" | "calls" | "refusals" | "unreadBytes" | "unreadMs", number>
>;

export const callLimits: CallLimitValues = {
  connections: LIMITS["rpc.connections"].value,
  handshakeMs: LIMITS["rpc.handshake"].value,
  callsOfCaller: LIMITS["rpc.callsOfCaller"].value,
  calls: LIMITS["rpc.calls"].value,
  refusals: LIMITS["rpc.refusals"].value,
  unreadBytes: LIMITS["rpc.unread"].value,
  // A trainer reads on after the step in which it is.
  unreadMs: 30_000,
};

/** What a connection that means it has sent by then: the preface of HTTP/2 and an empty SETTINGS. The beginning of TLS is longer. */
const LEAST_BYTES = 24 + 9;
/** A limit that is reached again and again is one line of the log in this time. */
const QUIET_MS = 10_000;

type Unread = { readonly peer: string; readonly bytes: number; readonly since: number };

/** Names the call in its metadata, in which gRPC and nice-grpc both see it; what a client sends under this name is replaced. */
const READER = "bnas-reader";
/** Answers of a stream that are made before the caller has room for them: gRPC itself would hold 16, which may be 20 MB each. */
const MOST_AHEAD = 3;

/** Who reads a stream. */
class Reader {
  /** Answers that have not left, the oldest first. */
  readonly unread: Unread[] = [];
  wake = (): void => {};

  /** Resolves at the next answer that has left, and when the call ends. */
  change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      // A stream waits many times under one signal.
      const done = () => {
        signal.removeEventListener("abort", done);
        resolve();
      };
      this.wake = done;
      signal.addEventListener("abort", done);
    });
  }
}

/** A call that says when an answer has left. */
class TellingCall extends ServerInterceptingCall {
  readonly #left: () => void;

  constructor(call: ConstructorParameters<typeof ServerInterceptingCall>[0], responder: Responder, left: () => void) {
    super(call, responder);
    this.#left = left;
  }

  override sendMessage(message: unknown, callback: () => void): void {
    super.sendMessage(message, () => {
      this.#left();
      callback();
    });
  }
}

/** Holds one server to its limits: each is a line of the log and a metric when it is reached. */
export class CallLimits {
  readonly #limits: CallLimitValues;
  readonly #logger: Logger;
  readonly #recorder: Recorder;
  /** Connections by `address:port` of their peer. */
  readonly #sockets = new Map<string, Socket>();
  /** Calls that were refused, of each connection. */
  readonly #refusals = new WeakMap<Socket, number>();
  readonly #callsOf = new Map<string, number>();
  #calls = 0;
  /** Answers that wait for their readers, the longest first. */
  readonly #unread = new Set<Unread>();
  #unreadBytes = 0;
  readonly #readers = new Map<string, Reader>();
  #nextReader = 1;
  #lookAgain: NodeJS.Timeout | undefined;
  readonly #said = new Map<LimitName, { at: number; times: number }>();

  constructor(limits: CallLimitValues, { logger, recorder }: { readonly logger: Logger; readonly recorder: Recorder }) {
    this.#limits = limits;
    this.#logger = logger;
    this.#recorder = recorder;
  }

  /**
   * Watch the connections that come to a port of this process. gRPC keeps its servers to itself, so they come by the channel on
   * which Node reports every socket that a server has accepted. @returns what ends it
   */
  guard(port: number): () => void {
    const come = (message: unknown) => {
      const { socket } = message as { readonly socket: Socket };
      if (socket.localPort === port) this.#take(socket);
    };
    subscribe("net.server.socket", come);
    return () => unsubscribe("net.server.socket", come);
  }

  #take(socket: Socket): void {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    if (this.#sockets.size >= this.#limits.connections) {
      socket.destroy();
      this.#reached("rpc.connections", peer);
      return;
    }
    this.#sockets.set(peer, socket);
    const timer = setTimeout(() => {
      if (socket.bytesRead >= LEAST_BYTES) return;
      socket.destroy();
      this.#reached("rpc.handshake", peer);
    }, this.#limits.handshakeMs).unref();
    socket.once("close", () => {
      clearTimeout(timer);
      this.#sockets.delete(peer);
    });
  }

  /** Server middleware, of the outermost: calls are counted while they run, and answers while no one reads them. */
  readonly middleware: ServerMiddleware<object, Called> = <Request, Response>(
    call: ServerMiddlewareCall<Request, Response>,
    context: CallContext & Called,
  ) => this.#within(call, context);

  async *#within<Request, Response>(call: ServerMiddlewareCall<Request, Response>, context: CallContext & Called) {
    const caller = callerIn(context);
    const own = this.#callsOf.get(caller) ?? 0;
    if (own >= this.#limits.callsOfCaller) throw this.#refused("rpc.callsOfCaller", context);
    if (this.#calls >= this.#limits.calls) throw this.#refused("rpc.calls", context);
    this.#callsOf.set(caller, own + 1);
    this.#calls++;
    try {
      if (!call.responseStream) return yield* call.next(call.request, context);
      const reader = this.#readers.get(String(context.metadata.get(READER)));
      for await (const answer of call.next(call.request, context)) {
        if (reader !== undefined) this.#wait(reader, context.peer, bytesIn(answer));
        yield answer;
        while (reader !== undefined && this.#isAhead(reader) && !context.signal.aborted)
          await reader.change(context.signal);
      }
    } finally {
      this.#calls--;
      const left = (this.#callsOf.get(caller) ?? 1) - 1;
      if (left === 0) this.#callsOf.delete(caller);
      else this.#callsOf.set(caller, left);
    }
  }

  /** For the options of a gRPC server: learns when an answer of a stream has left, which gRPC tells its innermost part alone. */
  readonly interceptor: ServerInterceptor = (method, call) => {
    if (!method?.responseStream) return new ServerInterceptingCall(call);
    const [id, reader] = [String(this.#nextReader++), new Reader()];
    const gone = () => {
      this.#readers.delete(id);
      this.#left(reader, reader.unread.length);
    };
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        this.#readers.set(id, reader);
        metadata.set(READER, id);
        next(metadata);
      })
      .withOnCancel(gone)
      .build();
    const responder = new ResponderBuilder()
      .withStart((next) => next(listener))
      .withSendStatus((status, next) => {
        gone();
        next(status);
      })
      .build();
    return new TellingCall(call, responder, () => this.#left(reader, 1));
  };

  /** Whether no further answer is made before one has left. While unread answers are too many bytes, each stream has one. */
  #isAhead({ unread }: Reader): boolean {
    return unread.length > (this.#unreadBytes > this.#limits.unreadBytes ? 0 : MOST_AHEAD);
  }

  #wait(reader: Reader, peer: string, bytes: number): void {
    const unread = { peer, bytes, since: performance.now() };
    reader.unread.push(unread);
    this.#unread.add(unread);
    this.#unreadBytes += unread.bytes;
    this.#endUnread();
  }

  #left(reader: Reader, answers: number): void {
    for (const unread of reader.unread.splice(0, answers)) this.#forget(unread);
    reader.wake();
  }

  #forget(unread: Unread): void {
    if (this.#unread.delete(unread)) this.#unreadBytes -= unread.bytes;
  }

  /** Ends who has not read for longest, until the rest is within the limit. Who had no time yet is looked at again. */
  #endUnread(): void {
    const { unreadBytes, unreadMs } = this.#limits;
    for (const oldest of this.#unread) {
      if (this.#unreadBytes <= unreadBytes) return;
      const restMs = oldest.since + unreadMs - performance.now();
      if (restMs > 0) {
        clearTimeout(this.#lookAgain);
        this.#lookAgain = setTimeout(() => this.#endUnread(), restMs).unref();
        return;
      }
      this.#forget(oldest);
      this.#sockets.get(plainPeer(oldest.peer))?.destroy();
      this.#reached("rpc.unread", oldest.peer);
    }
  }

  #refused(limit: "rpc.callsOfCaller" | "rpc.calls", { peer, caller }: CallContext & Called): Error {
    this.#reached(limit, peer, caller);
    this.#countRefusal(peer, caller);
    const { value, of } = LIMITS[limit];
    const message = `more than ${this.#limits[limit === "rpc.calls" ? "calls" : "callsOfCaller"] ?? value} calls of ${of}`;
    return fault("RESOURCE_EXHAUSTED", message, "wait until others have ended, and call again (docs/limits.md)");
  }

  /** Whom refusals do not stop would have the service answer nothing else. */
  #countRefusal(peer: string, caller?: string): void {
    const socket = this.#sockets.get(plainPeer(peer));
    if (socket === undefined || socket.destroyed) return;
    const refusals = (this.#refusals.get(socket) ?? 0) + 1;
    this.#refusals.set(socket, refusals);
    if (refusals <= this.#limits.refusals) return;
    socket.destroy();
    this.#reached("rpc.refusals", peer, caller);
  }

  #reached(limit: LimitName, peer: string, caller?: string): void {
    this.#recorder.count("bnas.limits", 1, { "bnas.limit": limit });
    const [now, said] = [performance.now(), this.#said.get(limit) ?? { at: Number.NEGATIVE_INFINITY, times: 0 }];
    said.times++;
    this.#said.set(limit, said);
    if (now - said.at < QUIET_MS) return;
    said.at = now;
    const { happens } = LIMITS[limit];
    this.#logger.warn({ limit, times: said.times, peer, caller, happens }, "a limit was reached");
  }
}

/** Whose calls are counted together: all of a token, since many share the address of a proxy; else all of an address. */
const callerIn = ({ caller, peer }: CallContext & Called): string =>
  caller === undefined ? `address ${peer.replace(/:\d+$/, "")}` : `token ${caller}`;

/** As a socket spells it: gRPC puts an address of IPv6 into brackets. */
const plainPeer = (peer: string): string => peer.replace(/^\[(.*)\](:\d+)$/, "$1$2");

/** About how many bytes an answer is, once it is written: its texts and bytes are nearly all of it. */
const bytesIn = (answer: unknown): number =>
  typeof answer !== "object" || answer === null
    ? 0
    : Object.values(answer).reduce<number>((sum, value) => {
        if (value instanceof Uint8Array) return sum + value.byteLength;
        if (typeof value === "string" || Array.isArray(value)) return sum + value.length;
        return sum + 8;
      }, 0);
