import { ALL_SEARCHES, InvalidInput } from "@bnas/search";
import { DiscardPolicy, RetentionPolicy, StorageType, type StreamConfig, type StreamInfo } from "@nats-io/jetstream";
import { Status } from "nice-grpc-common";
import { MeshError } from "../errors.js";
import { checkStream } from "./check-stream.js";
import { apiCode, isNotEnabled, noCluster, streamDiffers, streamNotFound, subjectsOverlap } from "./nats-errors.js";
import type { NatsLink } from "./nats-link.js";
import { keepsMessages, type Setting } from "./stream-settings.js";

/** The stream of facts: its name and, where somebody has said it, how many servers keep a copy. */
export type FactStream = { readonly stream: string; readonly replicas?: number | undefined };

/** In the stream's metadata: which version of `wanted` made or migrated it. Raise it with every change of `wanted`. */
const versionKey = "bnas.settings";
const version = 1;

/** The first fact of a subject stays, and a second is refused, for ever: all of design.md section 1 stands on these. */
const wanted = {
  subjects: [ALL_SEARCHES],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  max_msgs_per_subject: 1,
  discard: DiscardPolicy.New,
  discard_new_per_subject: true,
  max_age: 0,
  max_msgs: -1,
  max_bytes: -1,
  max_msg_size: -1,
  // No fact is ever deleted alone. Purging by subject stays possible: that is how a search that ended leaves the log.
  deny_delete: true,
  deny_purge: false,
  // A message with the header Nats-Rollup would replace facts.
  allow_rollup_hdrs: false,
  // Any server may answer a read; `read-messages.ts` sees to it that nobody reads behind.
  allow_direct: true,
} satisfies Partial<StreamConfig>;

export const factSettings = (replicas?: number): readonly Setting[] => [
  { field: "max_msgs_per_subject", wanted: 1, breaks: true, flag: "--max-msgs-per-subject=1" },
  { field: "discard_new_per_subject", wanted: true, breaks: true, flag: "--discard-per-subject" },
  { field: "subjects", wanted: wanted.subjects, breaks: true, flag: `--subjects="${ALL_SEARCHES}"` },
  ...keepsMessages,
  { field: "allow_rollup_hdrs", wanted: false, breaks: false, flag: "--no-allow-rollup" },
  { field: "allow_msg_ttl", wanted: false, breaks: false, flag: null },
  { field: "deny_delete", wanted: true, breaks: false, flag: null },
  ...(replicas === undefined
    ? []
    : ([{ field: "num_replicas", wanted: replicas, breaks: false, flag: `--replicas=${replicas}` }] as const)),
];

/**
 * Make the stream of facts where there is none, migrate one that an earlier version of this program made, and hold it to
 * what it must be. Any number of processes may do so at once.
 */
export async function openFactStream(link: NatsLink, { stream, replicas }: FactStream): Promise<void> {
  await link.patientlyOpening(`open stream ${stream}`, async () => {
    const info = (await infoOf(link, stream)) ?? (await add(link, stream, replicas));
    const made = Number(info.config.metadata?.[versionKey]);
    // A stream of a later version is left as it is: its program knows better.
    const { config } = made < version ? await migrate(link, info) : info;
    checkStream(config, factSettings(replicas), link.logger);
  });
}

async function infoOf(link: NatsLink, stream: string): Promise<StreamInfo | undefined> {
  try {
    return await link.manager.streams.info(stream);
  } catch (error) {
    if (apiCode(error) === streamNotFound) return undefined;
    throw notEnabled(link, error);
  }
}

async function add(link: NatsLink, stream: string, replicas = 1): Promise<StreamInfo> {
  try {
    const metadata = { [versionKey]: String(version) };
    return await link.manager.streams.add({ ...wanted, name: stream, num_replicas: replicas, metadata });
  } catch (error) {
    // Another process has made it since we looked.
    if (apiCode(error) === streamDiffers) return link.manager.streams.info(stream);
    if (apiCode(error) === subjectsOverlap) {
      const hint = "`nats stream find --subject=bnas.search.x` names it: give its name, or another account of NATS.";
      throw new InvalidInput("log stream", stream, "the stream that holds bnas.search.> on this NATS", hint);
    }
    if (apiCode(error) === noCluster) throw tooFewServers("log replicas", replicas, error);
    throw error;
  }
}

export const tooFewServers = (field: string, replicas: number, error: unknown): InvalidInput => {
  const reason = error instanceof Error ? error.message : String(error);
  const hint = `NATS says "${reason}": add servers, or ask for fewer replicas.`;
  return new InvalidInput(field, replicas, "at most as many as there are NATS servers with JetStream", hint);
};

const migrate = async (link: NatsLink, { config }: StreamInfo): Promise<StreamInfo> => {
  const { storage: _, retention: __, ...changeable } = wanted;
  link.logger.info({ stream: config.name, version }, "migrating the NATS stream");
  const metadata = { ...config.metadata, [versionKey]: String(version) };
  return link.manager.streams.update(config.name, { ...config, ...changeable, metadata });
};

/** What a NATS without JetStream answers. In a cluster nobody may be there for a while, and another server may have it. */
const notEnabled = (link: NatsLink, error: unknown): unknown =>
  isNotEnabled(error) && link.connection.info?.jetstream !== true && link.connection.info?.cluster === undefined
    ? new MeshError(
        Status.FAILED_PRECONDITION,
        `NATS at ${link.address} has no JetStream`,
        "Start it with `-js`, or with a `jetstream` block in its configuration and for this account.",
        { cause: error },
      )
    : error;
