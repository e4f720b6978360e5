import { isBnasError, type Name, type Path, spelled } from "@bnas/errors";

const FLAGS: Readonly<Record<string, string>> = {
  tlsCa: "--tls-ca",
  tlsClientCert: "--tls-client-cert",
  tlsClientKey: "--tls-client-key",
  tokenFile: "--token-file",
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
  GetUsage: "usage",
  ListQuarantined: "quarantine list",
  DropQuarantined: "quarantine drop",
  ListArtifacts: "artifacts",
  GetArtifact: "artifacts",
};

/**
 * An error of a call as a person at the command line needs it: settings are flags there, methods are commands, and a mesh that does
 * not answer has an address. @param place where the mesh is, for people @param tunnelled whether kubectl leads there
 */
export const inWordsOfBnas = (thrown: unknown, place: string, tunnelled = false): unknown => {
  if (!isBnasError(thrown)) return thrown;
  const error = spelled(thrown.with({ path: asTyped(thrown.path) }), (name) => spelling(name, place));
  switch (error.code) {
    case "UNAUTHENTICATED":
      return error.with({
        hint: "Give --token-file FILE (BNAS_TOKEN_FILE) with your token; who runs the mesh hands them out",
      });
    case "UNIMPLEMENTED":
      return error.with({
        message: `what answers at ${place} is no SearchService, or one of another version`,
        hint: "Give the address of the pruner: `bnas serve all` prints it",
      });
    case "DEADLINE_EXCEEDED":
      return error.with({
        message: `the mesh at ${place} did not answer in time`,
        hint: "Try again; the log of the pruner tells what it does",
      });
    case "UNAVAILABLE": {
      const reason = reasonOf(error.message);
      if (reason === undefined) return error;
      if (tunnelled) return error.with({ message: `service ${place} takes no call through kubectl`, hint: TUNNEL });
      return error.with({ message: `no mesh answers at ${place} (${reason})`, hint: START });
    }
    default:
      return error;
  }
};

const START =
  "Start one with `bnas serve all`, give the address of one by --server HOST:PORT (BNAS_SERVER), or reach one in a cluster by --kube NAMESPACE/SERVICE:PORT";

/** kubectl ends when the other side closes a connection, and does not say why that did. */
const TUNNEL =
  "It may want TLS (--tls-ca), a certificate of yours (--tls-client-cert, --tls-client-key), or not run: `kubectl get pods` and the log of its pod tell";

/** Why there is no connection, in the words of the system and of gRPC; undefined where it is for another reason. */
const reasonOf = (message: string): string | undefined =>
  /(connect E[A-Z]+ [^\s.]\S*[^\s.]|Name resolution failed for target \S+|getaddrinfo \w+ \S+)/.exec(message)?.[1] ??
  (/No connection established/.test(message) ? "no connection" : undefined);

/** What a person typed: the setting is a flag, the id an argument. */
const asTyped = (path: Path): Path => {
  const [name = ""] = path;
  const typed = name === "search_id" ? "SEARCH_ID" : FLAGS[name];
  return path.length === 1 && typed !== undefined ? [typed] : path;
};

const spelling = ({ kind, name }: Name, place: string): string | undefined => {
  switch (kind) {
    case "setting":
      return FLAGS[name];
    case "field":
      return name === "search_id" ? "--id" : undefined;
    case "method":
      if (name.startsWith("/")) return `the mesh at ${place}`;
      return COMMANDS[name] === undefined ? undefined : `\`bnas ${COMMANDS[name]}\``;
  }
};
