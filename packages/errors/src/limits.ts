/** A limit of what outside may ask for. */
export type Limit = {
  readonly value: number;
  readonly unit: string;
  /** Of what: `a connection`. */
  readonly of: string;
  /** What happens at one more. */
  readonly happens: string;
  /** The test that tries it at the limit and at one more: its file, and its name. */
  readonly test: readonly [file: string, name: string];
};

const MIB = 2 ** 20;
const RPC = "packages/rpc/test/call-limits.test.ts";
const FILES = "packages/disk/test/input-file.test.ts";
const SIZES = [FILES, "has a size at most: %s"] as const;
const NATS = "test/integration/nats-limits.test.ts";
const SPECS = "cli/test/spec-input.test.ts";

const bytes = (mib: number, of: string): Limit => ({
  value: mib * MIB,
  unit: "bytes",
  of,
  happens: "It is refused as bad input, and not read further.",
  test: SIZES,
});

const DECODERS = [
  "services/dataset/test/decoder-pool.test.ts",
  "are replaced when one %s: its picture is refused by name, and the next is decoded",
] as const;

const TRIED = {
  uri: "takes a URI of 4096 characters, and refuses one more",
  links: "follows 40 links to a file, and not one more",
  pixels: "reads the header of a picture of 64 Mi pixels, and refuses one row more",
  decoded: "reads the header of a picture that decoded is 256 MiB, and refuses one row more",
  side: "reads IDX images of 4096 pixels a side, and refuses one more",
  unpacked: "unpacks 100 times the size of a gzip file, and refuses what is more",
} as const;

const data = (tried: keyof typeof TRIED, value: number, unit: string, of: string): Limit => ({
  value,
  unit,
  of,
  happens: "INVALID_ARGUMENT, with the file where it is one.",
  test: ["services/dataset/test/limits.test.ts", TRIED[tried]],
});

/** Every named limit, in one table: docs/limits.md is made of it, and the code that holds a limit reads it here. */
export const LIMITS = {
  "rpc.connections": {
    value: 1_000,
    unit: "connections",
    of: "a service",
    happens: "The new connection is closed.",
    test: [RPC, "closes a connection that is one too many, and serves those that are there"],
  },
  "rpc.handshake": {
    value: 10_000,
    unit: "ms",
    of: "a connection, until it has sent the beginning of HTTP/2 or TLS",
    happens: "It is closed.",
    test: [RPC, "closes a connection that has said nothing for too long"],
  },
  "rpc.idle": {
    value: 1_800_000,
    unit: "ms",
    of: "a connection without a call",
    happens: "It is closed; a client of gRPC connects again by itself.",
    test: [RPC, "asks gRPC itself to hold the limits that it knows"],
  },
  "rpc.streams": {
    value: 1_000,
    unit: "calls",
    of: "a connection, at the same time",
    happens: "A client of gRPC waits with the next call; another client is refused it by HTTP/2.",
    test: [RPC, "asks gRPC itself to hold the limits that it knows"],
  },
  "rpc.callsOfCaller": {
    value: 4_000,
    unit: "calls",
    of: "a token or, of callers without one, an address, at the same time",
    happens: "RESOURCE_EXHAUSTED.",
    test: [RPC, "refuses a call that is one too many of a caller, and takes those of others"],
  },
  "rpc.calls": {
    value: 10_000,
    unit: "calls",
    of: "a service, at the same time",
    happens: "RESOURCE_EXHAUSTED.",
    test: [RPC, "refuses a call that is one too many of all"],
  },
  "rpc.refusals": {
    value: 1_000,
    unit: "calls",
    of: "a connection, that were refused by rpc.callsOfCaller or rpc.calls",
    happens: "It is closed, with all of its calls; a client of gRPC connects again by itself.",
    test: [RPC, "closes a connection of which more calls were refused than may be, with its other calls"],
  },
  "rpc.unread": {
    value: 512 * MIB,
    unit: "bytes",
    of: "a service: answers of streams that their callers do not read",
    happens:
      "A stream makes its next answer when its last has left; the connection of the one that has waited longest, and for 30 s, is closed.",
    test: [RPC, "closes the connection whose stream has waited longest when unread answers are too many bytes"],
  },
  "rpc.request": {
    value: 4 * MIB,
    unit: "bytes",
    of: "a request",
    happens: "RESOURCE_EXHAUSTED.",
    test: [
      "packages/rpc/test/bad-requests.test.ts",
      "are refused when they are more than 4 MiB, although answers may be larger",
    ],
  },
  "file.config": bytes(4, "a configuration file, or a genotype"),
  "file.secret": bytes(1, "a file of a token, key or certificate"),
  "file.table": bytes(64, "a table of latencies, or a summary.json"),
  "file.facts": bytes(500, "a facts.jsonl that a command reads whole"),
  "file.picture": bytes(256, "a picture or a .bnn file"),
  "file.model": bytes(2_048, "the tensors of a model"),
  "data.uri": data("uri", 4_096, "characters", "the URI of a dataset"),
  "data.links": data("links", 40, "links", "the way to a file of a dataset"),
  "data.pixels": data("pixels", 2 ** 26, "pixels", "a picture, before it is scaled"),
  "data.decodedBytes": data("decoded", 256 * MIB, "bytes", "a picture when it is decoded"),
  "data.idxSide": data("side", 4_096, "pixels", "a side of the images of an IDX file"),
  "data.unpacked": data("unpacked", 100, "times its size", "what a gzip file of a dataset unpacks to, beyond 64 MiB"),
  "data.decoderMemory": {
    value: 768 * MIB,
    unit: "bytes",
    of: "a process that decodes pictures",
    happens: "It is killed and replaced, and the picture is refused by name.",
    test: DECODERS,
  },
  "data.decoderTime": {
    value: 60_000,
    unit: "ms",
    of: "the decoding of a picture",
    happens: "The process that decodes it is killed and replaced, and the picture is refused by name.",
    test: DECODERS,
  },
  "search.reason": {
    value: 1_000,
    unit: "characters",
    of: "the reason of CancelSearch",
    happens: "INVALID_ARGUMENT.",
    test: [
      "services/pruner/test/control-search.test.ts",
      "is cancelled for a reason of 1000 characters and no more, for it stays in the facts",
    ],
  },
  "search.page": {
    value: 1_000,
    unit: "searches",
    of: "a page of ListSearches",
    happens: "INVALID_ARGUMENT.",
    test: [
      "services/pruner/test/list-searches.test.ts",
      "takes a page of 1000, and refuses one more and a state that is none",
    ],
  },
  "config.levels": {
    value: 32,
    unit: "levels",
    of: "lists and mappings in a configuration file",
    happens: "It is refused as bad input.",
    test: [SPECS, "has at most 32 levels of lists, and 100 aliases to the same values"],
  },
  "config.aliases": {
    value: 100,
    unit: "aliases",
    of: "the same values of a configuration file, all levels together",
    happens: "It is refused as bad input.",
    test: [SPECS, "has at most 32 levels of lists, and 100 aliases to the same values"],
  },
  "nats.store": {
    value: 15 * 1_024 * MIB,
    unit: "bytes",
    of: "the account of NATS that holds facts and blobs, all copies together",
    happens:
      "It is not written (NO_ROOM), and the search waits. 4 of 16 parts are for facts and 10 for blobs, so that neither takes the room of the other; the rest is kept for leases, and for facts that make room (`deleted`).",
    test: [NATS, "refuses the blob that is one too many, and takes the facts that others write"],
  },
  "nats.streams": {
    value: 8,
    unit: "streams",
    of: "that account; a mesh makes 3",
    happens: "NATS refuses it.",
    test: [NATS, "gives the account so many streams, and no more"],
  },
  "nats.consumers": {
    value: 1_000,
    unit: "consumers",
    of: "a stream of that account: a worker that waits for jobs, or a reader that follows facts",
    happens:
      "NATS refuses it. A reader then asks for new facts four times a second instead of being sent them; a worker without one waits.",
    test: [NATS, "refuses the consumer that is one too many, and live searches continue"],
  },
  "nats.connections": {
    value: 1_000,
    unit: "connections",
    of: "the account of NATS of a service",
    happens: "NATS refuses it, and a service that starts waits or ends with exit 5.",
    test: [NATS, "refuses the connection that is one too many of a service, and takes those of others"],
  },
  "nats.subscriptions": {
    value: 10_000,
    unit: "subscriptions",
    of: "a connection of a service to NATS",
    happens: "NATS refuses it.",
    test: [NATS, "refuses the subscription that is one too many of a connection"],
  },
  "nats.message": {
    value: MIB,
    unit: "bytes",
    of: "a message of a service to NATS",
    happens: "It is refused, and the connection of a client that sends it nevertheless is closed.",
    test: [NATS, "refuses the message that is one byte too long"],
  },
  "search.repeats": {
    value: 100,
    unit: "jobs",
    of: "a search that are done again, because their answer was refused or a blob was lost",
    happens: "It ends as failed, with the fact that was refused or the blob that is lost.",
    test: ["services/pruner/test/ask-again.test.ts", "are asked for again 100 times in a search, and not once more"],
  },
} as const satisfies Readonly<Record<string, Limit>>;

export type LimitName = keyof typeof LIMITS;
