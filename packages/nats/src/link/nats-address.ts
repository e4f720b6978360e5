import { invalidInput, nearest, withoutSecret, withoutSecrets } from "@bnas/errors";

/** What a `nats://` address says. */
export type NatsAddress = { readonly servers: readonly string[]; readonly params: ReadonlyMap<string, string> };

const SCHEME = "nats://";

/**
 * The parts of `nats://HOST:PORT,HOST:PORT?name=value&name=value`.
 * @throws InvalidInput
 * @param field how the caller calls the address @param known names that may stand after the `?`
 */
export const parseNatsAddress = (field: string, uri: string, known: readonly string[]): NatsAddress => {
  const [hosts = "", query = ""] = uri.slice(SCHEME.length).split("?");
  const servers = hosts.replace(/\/$/, "").split(",");
  for (const server of servers) {
    if (server.includes("@")) {
      const hint = "Addresses end up in logs: give the name of a file instead, nats://HOST:PORT?credentials=PATH.";
      throw invalidInput(field, withoutSecrets(uri), "an address without a user or password", hint);
    }
    if (!/^(\[[0-9a-fA-F:]+\]|[^\s:/[\]]+)(:\d{1,5})?$/.test(server)) {
      throw invalidInput(field, withoutSecrets(uri), "nats://HOST:PORT, or several HOST:PORT with commas", EXAMPLE);
    }
  }
  const params = new Map(new URLSearchParams(query));
  for (const [name, value] of params) {
    if (known.includes(name)) continue;
    const hint = /pass|user|token|secret/i.test(name)
      ? "Addresses end up in logs: give the name of a file instead, credentials=PATH."
      : `Did you mean ${nearest(name, known)}?`;
    throw invalidInput(`${field} ${name}`, withoutSecret(name, value), `only the parameters ${known.join(", ")}`, hint);
  }
  return { servers, params };
};

const EXAMPLE = "For example nats://nats-0.nats:4222,nats-1.nats:4222,nats-2.nats:4222?replicas=3.";

export const isNatsAddress = (uri: string): boolean => uri.startsWith(SCHEME);

/**
 * A name of a stream or a bucket.
 * @throws InvalidInput
 * @param field how the caller calls it: `log stream`
 */
export const natsName = (field: string, name: string): string => {
  if (/^[-\w]{1,64}$/.test(name)) return name;
  throw invalidInput(field, name, "1 to 64 letters, digits, '-' and '_'", "For example BNAS.");
};

/** How many servers keep a copy. @throws InvalidInput */
export const natsReplicas = (field: string, value: string): number => {
  if (/^[1-5]$/.test(value)) return Number(value);
  const hint = "Use 3 on a cluster of three NATS servers or more, 1 on a single server.";
  throw invalidInput(field, value, "a whole number from 1 to 5", hint);
};

/** How long a worker that says nothing keeps its job, in milliseconds; an address says it in seconds. @throws InvalidInput */
export const natsLease = (field: string, value: string): number => {
  if (/^\d{1,4}$/.test(value) && Number(value) >= 1 && Number(value) <= 3_600) return Number(value) * 1_000;
  const hint =
    "The shorter, the sooner another worker takes up the job of one that died. All workers of a log give the same.";
  throw invalidInput(field, value, "a whole number of seconds from 1 to 3600", hint);
};
