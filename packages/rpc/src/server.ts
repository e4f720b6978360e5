import { readFile } from "node:fs/promises";
import { invalidInput, messageOf } from "@bnas/errors";
import { descriptorSetPath } from "@bnas/proto";
import { type Logger, type Recorder, silentLogger, silentRecorder } from "@bnas/telemetry";
import { type ServerTls, serverCredentials } from "@bnas/tls";
import type { ServerCredentials } from "@grpc/grpc-js";
import { type CompatServiceDefinition, createServer, type Server, type ServiceImplementation } from "nice-grpc";
import { errorDetailsServerMiddleware } from "nice-grpc-error-details";
import { HealthDefinition, HealthServiceImpl, HealthState } from "nice-grpc-server-health";
import { ServerReflection, ServerReflectionService } from "nice-grpc-server-reflection";
import { CallLimits, callLimits } from "./call-limits.js";
import { DEFAULT_MAX_MESSAGE_BYTES, serverOptions } from "./limits.js";
import { endWatches, explainErrors } from "./server-middleware.js";
import { type Called, nameCaller, requireToken, type TokenFile } from "./tokens.js";
import { traceAnswers } from "./trace-calls.js";
import { keepUndecodable, refuseUndecodable } from "./undecodable.js";

/** Reflection by its older name, which the clients of Python and older tools still ask for. Its messages are the same. */
const reflectionV1Alpha = {
  serverReflectionInfo: {
    ...ServerReflectionService.serverReflectionInfo,
    path: ServerReflectionService.serverReflectionInfo.path.replace(".v1.", ".v1alpha."),
  },
};

/** A service and who answers it. */
export type RpcService<Definition extends CompatServiceDefinition> = {
  readonly definition: Definition & { readonly fullName: string };
  readonly implementation: ServiceImplementation<Definition, Called>;
};

/**
 * Health of this name says SERVING for as long as the process answers at all, also while it drains or cannot serve: what asks whether to start the
 * process again asks this, for a restart helps against neither. (Kubernetes: liveness is another question than readiness.)
 */
const ALIVE = "alive";

/** A server that listens. */
export type RpcServer = {
  /** host:port for clients on this machine: 127.0.0.1 where it listens on all addresses. */
  readonly address: string;
  readonly port: number;
  /** What health says of the server and its services from now on: SERVING or NOT_SERVING. A server that drains is NOT_SERVING permanently. */
  setServing(serving: boolean): void;
  /**
   * Health says NOT_SERVING, watches end, running calls may finish until the deadline and are then cancelled. A second call waits
   * for the same drain. @param deadlineMs default 10 seconds
   */
  drain(deadlineMs?: number): Promise<void>;
};

/**
 * Answer gRPC on `listen` ("host:port"; port 0 takes a free one), with the standard health service (of the server, of each
 * service by its name, and of the process as `alive`), reflection, a limit on message sizes, keep-alive, and errors that callers can act on (rpc-errors.ts). Plain
 * text unless `tls` is given. Health and reflection need no token: they tell nothing that the API does not.
 * @throws InvalidInput for an address that cannot be listened on, and for a file of `tls` that cannot be used
 */
export const serveRpc = async <const Definitions extends readonly CompatServiceDefinition[]>(options: {
  readonly listen: string;
  readonly services: { readonly [K in keyof Definitions]: RpcService<Definitions[K]> };
  /** Who may call the methods of the services; default: every client. */
  readonly tokens?: TokenFile | undefined;
  readonly maxMessageBytes?: number;
  readonly logger?: Logger;
  /** Records the calls that are answered; default: nothing is recorded. */
  readonly recorder?: Recorder;
  readonly tls?: ServerTls | undefined;
  /** Default: those of docs/limits.md. */
  readonly limits?: Partial<typeof callLimits>;
}): Promise<RpcServer> => {
  const { logger = silentLogger, recorder = silentRecorder, tokens } = options;
  const { host } = parseListen(options.listen);
  const draining = new AbortController();
  const health = HealthState();
  health.setStatus("healthy", ALIVE);
  const limits = new CallLimits({ ...callLimits, ...options.limits }, { logger, recorder });
  // The first one is the outermost.
  const bare = createServer({
    ...serverOptions(options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES),
    interceptors: [limits.interceptor],
  });
  const server = (recorder.on ? bare.use(traceAnswers(recorder)) : bare)
    .use(errorDetailsServerMiddleware)
    .use(explainErrors(logger))
    .use(nameCaller(tokens))
    .use(limits.middleware)
    .use(refuseUndecodable)
    .use(endWatches(draining.signal));

  const names: string[] = [];
  for (const { definition: asMade, implementation } of options.services) {
    const definition = keepUndecodable(asMade);
    if (tokens === undefined) server.add(definition, implementation);
    else server.with(requireToken(logger)).add(definition, implementation);
    if (tokens !== undefined && options.tls === undefined) {
      logger.warn({ service: definition.fullName }, "tokens cross the network in plain text: give tlsCert and tlsKey");
    }
    names.push(definition.fullName);
    health.setStatus("healthy", definition.fullName);
  }
  server.add(keepUndecodable(HealthDefinition), HealthServiceImpl(health));
  const reflection = ServerReflection(await readFile(descriptorSetPath), [...names, HealthDefinition.fullName]);
  server.add(keepUndecodable(ServerReflectionService), reflection);
  server.add(keepUndecodable(reflectionV1Alpha), reflection);

  const credentials = options.tls === undefined ? undefined : serverCredentials(options.tls, logger);
  const port = await listen(server, options.listen, credentials);
  const unguard = limits.guard(port);
  let drained: Promise<void> | undefined;
  return {
    address: `${host === "0.0.0.0" || host === "[::]" ? "127.0.0.1" : host}:${port}`,
    port,
    setServing(serving) {
      if (drained === undefined)
        for (const name of ["", ...names]) health.setStatus(serving ? "healthy" : "unhealthy", name);
    },
    drain(deadlineMs = 10_000) {
      drained ??= (async () => {
        for (const name of ["", ...names]) health.setStatus("unhealthy", name);
        draining.abort();
        let timer: NodeJS.Timeout | undefined;
        const deadline = new Promise<void>((resolve) => {
          timer = setTimeout(() => {
            server.forceShutdown();
            // gRPC would continue to wait for a peer that has connected and sends nothing.
            resolve();
          }, deadlineMs);
        });
        await Promise.race([server.shutdown(), deadline]);
        clearTimeout(timer);
        unguard();
      })();
      return drained;
    },
  };
};

const parseListen = (address: string): { readonly host: string } => {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]\s]+):(\d{1,5})$/.exec(address);
  const host = match?.[1];
  if (host !== undefined && Number(match?.[2]) <= 65_535) return { host };
  throw invalidInput(
    "listen",
    address,
    "host:port, for example 127.0.0.1:50051, [::1]:50051, or 0.0.0.0:50051 for every address",
    "Port 0 takes a free one.",
  );
};

const listen = async (server: Server, address: string, credentials: ServerCredentials | undefined): Promise<number> => {
  try {
    return await server.listen(address, credentials);
  } catch (error) {
    const reason = messageOf(error);
    throw invalidInput("listen", address, "an address of this machine with a free port", `The system says: ${reason}`);
  }
};
