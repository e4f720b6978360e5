import { MeshError } from "@bnas/disk";
import { InvalidInput } from "@bnas/search";

/** Codes of gRPC, as every implementation numbers them. */
export const CODE = {
  deadlineExceeded: 4,
  notFound: 5,
  failedPrecondition: 9,
  unimplemented: 12,
  unavailable: 14,
  unauthenticated: 16,
} as const;

const FLAGS: Readonly<Record<string, string>> = {
  tlsCa: "--tls-ca",
  tlsClientCert: "--tls-client-cert",
  tlsClientKey: "--tls-client-key",
  tokenFile: "--token-file",
  search_id: "SEARCH_ID",
};

const COMMANDS: Readonly<Record<string, string>> = {
  CreateSearch: "submit",
  GetSearch: "get",
  ListSearches: "list",
  WatchSearch: "watch",
  CancelSearch: "cancel",
  PauseSearch: "pause",
  ResumeSearch: "resume",
  DeleteSearch: "delete",
  GetArchitecture: "architecture",
  GetLedger: "ledger",
};

/**
 * An error of a call as a person at the command line needs it: settings are flags there, methods are commands, and a mesh that does
 * not answer has an address. @param place where the mesh is, for people @param tunnelled whether kubectl leads there
 */
export const inWordsOfBnas = (error: unknown, place: string, tunnelled = false): unknown => {
  if (error instanceof InvalidInput) {
    const { field, value, allowed, hint } = error;
    return new InvalidInput(FLAGS[field] ?? field, value, inCommands(allowed), inCommands(hint));
  }
  if (!(error instanceof MeshError)) return error;
  const message = error.message.replace(/^\/bnas\.v1\.\w+\/\w+/, `the mesh at ${place}`);
  const said = (text: string, hint: string) => new MeshError(error.code, text, hint, { cause: error });
  switch (error.code) {
    case CODE.unauthenticated:
      return said(
        message,
        "Give --token-file FILE (BNAS_TOKEN_FILE) with your token; who runs the mesh hands them out",
      );
    case CODE.unimplemented:
      return said(
        `what answers at ${place} is no SearchService, or one of another version`,
        "Give the address of the pruner: `bnas serve all` prints it",
      );
    case CODE.deadlineExceeded:
      return said(`the mesh at ${place} did not answer in time`, "Try again; the log of the pruner tells what it does");
    case CODE.unavailable: {
      const reason = reasonOf(error.message);
      if (reason === undefined) return said(message, inCommands(error.hint));
      if (tunnelled) return said(`service ${place} takes no call through kubectl`, TUNNEL);
      return said(`no mesh answers at ${place} (${reason})`, START);
    }
    default:
      return said(inCommands(message), inCommands(error.hint));
  }
};

const START =
  "Start one with `bnas serve all`, give the address of one by --server HOST:PORT (BNAS_SERVER), or reach one in a cluster by --kube NAMESPACE/SERVICE:PORT";

/** kubectl ends when the other side closes a connection, and does not say why that did. */
const TUNNEL =
  "It may want TLS (--tls-ca), a certificate of yours (--tls-client-cert, --tls-client-key), or not run: `kubectl get pods` and the log of its pod tell";

/** Why there is no connection, in the words of the system; undefined where it is for another reason. */
const reasonOf = (message: string): string | undefined =>
  /(connect E[A-Z]+ [^\s.]\S*[^\s.]|Name resolution failed for target \S+|getaddrinfo \w+ \S+)/.exec(message)?.[1] ??
  (/No connection established/.test(message) ? "no connection" : undefined);

const inCommands = (text: string): string =>
  text
    .replace(/\b(Create|Get|List|Watch|Cancel|Pause|Resume|Delete)(Search(es)?|Architecture|Ledger)\b/g, (method) => {
      const command = COMMANDS[method];
      return command === undefined ? method : `\`bnas ${command}\``;
    })
    .replace(/\b(tlsCa|tlsClientCert|tlsClientKey|tokenFile)\b/g, (setting) => FLAGS[setting] ?? setting)
    .replace(/\banother search_id\b/, "another --id");
