import { exposedSecret } from "@bnas/disk";
import { EXIT, type ExitCode, invalidInput, withoutSecrets } from "@bnas/errors";
import { type SearchServiceClient, SearchServiceDefinition } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { clientTls } from "@bnas/tls";
import type { Surroundings } from "../terminal/surroundings.js";
import { inWordsOfBnas } from "./mesh-errors.js";
import { type KubeService, nameOf, type PortForward, parseKubeService, portForward } from "./port-forward.js";

/** Where a running mesh is, and what it is to be shown. */
export type MeshFlags = {
  /** HOST:PORT of SearchService. */
  readonly server: string;
  /** Reach it through kubectl instead: `[NAMESPACE/]SERVICE[:PORT]`, or true for the service of the chart. */
  readonly kube?: string | true;
  readonly tlsCa?: string;
  readonly tlsClientCert?: string;
  readonly tlsClientKey?: string;
  readonly tokenFile?: string;
};

export type Mesh = {
  readonly client: SearchServiceClient;
  /** A client after a lost connection: a port-forward that has ended is started again. */
  again(): Promise<SearchServiceClient>;
};

/** Reach the mesh for the time of `ask`. What goes wrong is thrown in the words of the command line; Ctrl-C is no error. */
export const askMesh = async (
  flags: MeshFlags,
  here: Surroundings,
  ask: (mesh: Mesh) => Promise<ExitCode>,
): Promise<ExitCode> => {
  const place = flags.kube === undefined ? flags.server : nameOf(parseKubeService(flags.kube));
  const opened: { close(): void }[] = [];
  here.takeInterrupts();
  try {
    return await ask(await reach(flags, here, opened));
  } catch (error) {
    if (here.interrupted.aborted) return EXIT.interrupted;
    throw inWordsOfBnas(error, place, flags.kube !== undefined);
  } finally {
    for (const one of opened) one.close();
  }
};

/** @param opened gets whatever is to be closed at the end */
const reach = async (
  flags: MeshFlags,
  { interrupted: signal, recorder, note }: Surroundings,
  opened: { close(): void }[],
): Promise<Mesh> => {
  const { kube, tokenFile } = flags;
  const tls = clientTls(flags);
  for (const secret of [tokenFile, flags.tlsClientKey]) {
    const exposed = secret === undefined ? undefined : exposedSecret(secret);
    if (exposed !== undefined) note(`bnas: ${secret}: ${exposed}`);
  }
  const call = (address: string, serverName?: string): SearchServiceClient => {
    const connection = connect(SearchServiceDefinition, address, { tls, serverName, tokenFile, recorder });
    opened.push(connection);
    return connection.client;
  };
  if (kube === undefined) {
    const client = call(checkAddress(flags.server));
    return { client, again: async () => client };
  }

  const service = parseKubeService(kube);
  const through = ({ port }: PortForward): SearchServiceClient =>
    call(`127.0.0.1:${port}`, tls === undefined ? undefined : certifiedName(service));
  let tunnel = await portForward(service, signal);
  opened.push(tunnel);
  let client = through(tunnel);
  return {
    client,
    async again() {
      if (!tunnel.isOpen()) {
        tunnel = await portForward(service, signal);
        opened.push(tunnel);
        client = through(tunnel);
      }
      return client;
    },
  };
};

/** The name in the certificate of a service, since other pods call it by that name. */
const certifiedName = ({ namespace, service }: KubeService): string =>
  namespace === undefined ? service : `${service}.${namespace}`;

/** Give an address back that can be one. @throws InvalidInput otherwise */
export const checkAddress = (server: string): string => {
  const port = /^[^\s/]+:(\d{1,5})$/.exec(server)?.[1];
  if (port !== undefined && Number(port) >= 1 && Number(port) <= 65535) return server;
  const hint = "For example 127.0.0.1:7000; `bnas serve all` prints where its pruner listens";
  throw invalidInput("--server", withoutSecrets(server), "HOST:PORT, without a scheme", hint);
};
