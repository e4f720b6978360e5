import { type InvalidInput, invalidInput, messageOf } from "@bnas/errors";
import { ALL_SEARCHES, subjectOf } from "@bnas/search";
import { DiscardPolicy, RetentionPolicy, StorageType, type StreamConfig, type StreamInfo } from "@nats-io/jetstream";
import { checkStream } from "../link/check-stream.js";
import { denialIn } from "../link/denials.js";
import { madeStream } from "../link/made-stream.js";
import { apiCode, NO_CLUSTER, STREAM_DIFFERS, SUBJECTS_OVERLAP } from "../link/nats-errors.js";
import type { NatsLink } from "../link/nats-link.js";
import { holdRoom, roomFor } from "../link/room.js";
import { StreamMemory } from "../link/stream-memory.js";
import { keepsMessages, type Setting } from "../link/stream-settings.js";

/** The stream of facts: its name and, if the address has it, how many servers keep a copy. */
export type FactStream = { readonly stream: string; readonly replicas?: number | undefined };

/** In the stream's metadata: which version of `wanted` made or migrated it. Raise it with every change of `wanted`. */
const VERSION_KEY = "bnas.settings";
const VERSION = 1;

/** The first fact of a subject stays, and every second one is refused: invariant 1 of ARCHITECTURE.md depends on these settings. */
const wanted = {
  subjects: [ALL_SEARCHES],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  max_msgs_per_subject: 1,
  discard: DiscardPolicy.New,
  discard_new_per_subject: true,
  max_age: 0,
  max_msgs: -1,
  max_msg_size: -1,
  // No fact is ever deleted alone. Purging by subject stays possible: that is how a search that ended leaves the log.
  deny_delete: true,
  deny_purge: false,
  // A message with the header Nats-Rollup would replace facts.
  allow_rollup_hdrs: false,
  // Any server may answer a read; `read-messages.ts` makes sure that no read is stale.
  allow_direct: true,
} satisfies Partial<StreamConfig>;

const factSettings = (replicas?: number): readonly Setting[] => [
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
 * what it must be. Any number of processes may do so at once. A user that has no right to make or change streams waits for one
 * that has; rejects with FAILED_PRECONDITION when none comes.
 */
export const openFactStream = async (link: NatsLink, { stream, replicas }: FactStream): Promise<void> => {
  await link.patientlyOpening(`open stream ${stream}`, async () => {
    const info = await madeStream(link, stream, () => add(link, stream, replicas));
    const made = Number(info.config.metadata?.[VERSION_KEY]);
    // A stream of a later version is left as it is: its program knows better.
    const migrated = made < VERSION ? await migrate(link, info) : info;
    checkStream(migrated.config, factSettings(replicas), link.logger);
    await holdRoom(link, migrated, "facts");
    link.remember(new StreamMemory(migrated, link.address));
  });
};

const add = async (link: NatsLink, stream: string, replicas = 1): Promise<StreamInfo> => {
  try {
    const metadata = { [VERSION_KEY]: String(VERSION) };
    const max_bytes = await roomFor(link, "facts", replicas);
    return await link.manager.streams.add({ ...wanted, name: stream, num_replicas: replicas, max_bytes, metadata });
  } catch (error) {
    // Another process has made it since we looked.
    if (apiCode(error) === STREAM_DIFFERS) return link.manager.streams.info(stream);
    if (apiCode(error) === SUBJECTS_OVERLAP) {
      const hint = `\`nats stream find --subject=${subjectOf("x", { kind: "search.opened" })}\` names it: give its name, or another account of NATS.`;
      throw invalidInput("log stream", stream, `the stream that holds ${ALL_SEARCHES} on this NATS`, hint);
    }
    if (apiCode(error) === NO_CLUSTER) throw tooFewServers("log replicas", replicas, error);
    throw error;
  }
};

export const tooFewServers = (field: string, replicas: number, error: unknown): InvalidInput => {
  const reason = messageOf(error);
  const hint = `NATS says "${reason}": add servers, or ask for fewer replicas.`;
  return invalidInput(field, replicas, "at most as many as there are NATS servers with JetStream", hint);
};

const migrate = async (link: NatsLink, info: StreamInfo): Promise<StreamInfo> => {
  const { config } = info;
  const { storage: _, retention: __, ...changeable } = wanted;
  const metadata = { ...config.metadata, [VERSION_KEY]: String(VERSION) };
  try {
    const migrated = await link.manager.streams.update(config.name, { ...config, ...changeable, metadata });
    link.logger.info({ stream: config.name, version: VERSION }, "migrated the NATS stream");
    return migrated;
  } catch (error) {
    // A user with the permission does it; until then the existing stream is checked.
    if (denialIn(error) === undefined) throw error;
    return info;
  }
};
