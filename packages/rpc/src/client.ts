import { type Logger, type Recorder, silentLogger, silentRecorder } from "@bnas/telemetry";
import { type ClientTls, channelCredentials } from "@bnas/tls";
import { type Client, type CompatServiceDefinition, createChannel, createClientFactory } from "nice-grpc";
import { type DeadlineOptions, deadlineMiddleware } from "nice-grpc-client-middleware-deadline";
import type { MethodDescriptor } from "nice-grpc-common";
import { errorDetailsClientMiddleware } from "nice-grpc-error-details";
import { defaultDeadline, retryUnavailable, throwOurErrors } from "./client-middleware.js";
import { channelOptions, DEFAULT_MAX_MESSAGE_BYTES } from "./limits.js";
import { sendToken } from "./tokens.js";
import { traceCalls } from "./trace-calls.js";

export type ConnectOptions = {
  /** Of unary calls without their own `{ deadline: ms }`; default 60 seconds. */
  readonly deadlineMs?: number;
  readonly maxMessageBytes?: number;
  /** Every method of this service may be called twice, although its proto does not say so. */
  readonly idempotent?: boolean;
  /** Call by TLS; the certificate of the server must contain the host of the address. Default: plain text. */
  readonly tls?: ClientTls | undefined;
  /** The name that the certificate of the server must contain, if the address is another one, as through a tunnel. */
  readonly serverName?: string | undefined;
  /**
   * Who calls. A service names its token by the setting `clientTokenFile`; where it is not let in, the mesh is set wrongly and the call
   * is not: that is UNAVAILABLE, so that no work ends by it. Default: a person, with `tokenFile`.
   */
  readonly as?: "person" | "service";
  /** Path of a file with the token that the service asks for. */
  readonly tokenFile?: string | undefined;
  /** Gets a line when certificates are replaced, and where others may read the token. */
  readonly logger?: Logger;
  /** Records the calls that are made; default: nothing is recorded. */
  readonly recorder?: Recorder;
};

/** Clients throw errors as the service threw them, code and all, and an AbortError when `signal` aborts. */
export type Connection<Definition extends CompatServiceDefinition> = {
  readonly client: Client<Definition, DeadlineOptions>;
  close(): void;
};

/**
 * A client of the service at host:port. It connects at the first call, and again when the connection is lost. A unary call that
 * finds no server (UNAVAILABLE) is tried again for about three seconds if doing it twice changes nothing: if its proto says so by
 * idempotency_level, if it is named Get, List or Describe, or if all methods are `idempotent`.
 * @throws InvalidInput for a file of `tls` or a `tokenFile` that cannot be used
 */
export const connect = <Definition extends CompatServiceDefinition>(
  definition: Definition,
  address: string,
  options: ConnectOptions = {},
): Connection<Definition> => {
  const { tls, serverName, tokenFile, as = "person", recorder = silentRecorder, logger = silentLogger } = options;
  const credentials = tls === undefined ? undefined : channelCredentials(tls, logger);
  const named = as === "service" ? "clientTokenFile" : "tokenFile";
  const token = tokenFile === undefined ? undefined : sendToken(tokenFile, named, logger);
  const channel = createChannel(address, credentials, {
    ...channelOptions(options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES),
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 2_000,
    // Services are reached directly; a proxy for the web would take even loopback away.
    "grpc.enable_http_proxy": 0,
    ...(serverName === undefined
      ? {}
      : { "grpc.ssl_target_name_override": serverName, "grpc.default_authority": serverName }),
  });
  const isIdempotent = ({ path, options: declared }: MethodDescriptor) =>
    options.idempotent === true ||
    declared.idempotencyLevel !== undefined ||
    /\/(Get|List|Describe)[A-Z]\w*$/.test(path);
  // The last one is the outermost: a deadline holds for all attempts together, and so does a span.
  const bare = createClientFactory().use(errorDetailsClientMiddleware);
  const retrying = (token === undefined ? bare : bare.use(token))
    .use(retryUnavailable(isIdempotent, recorder))
    .use(deadlineMiddleware)
    .use(defaultDeadline(options.deadlineMs ?? 60_000));
  const client = (recorder.on ? retrying.use(traceCalls(address, recorder)) : retrying)
    .use(throwOurErrors(as, tls === undefined ? "plain" : tls.certFile === undefined ? "tls" : "mutual"))
    .create(definition, channel);
  return { client, close: () => channel.close() };
};
