import type { BnasError } from "@bnas/errors";
import type { StreamInfo } from "@nats-io/jetstream";
import { checkStream } from "./check-stream.js";
import { denialIn } from "./denials.js";
import { apiCode } from "./nats-errors.js";
import { natsFull } from "./nats-failure.js";
import type { NatsLink } from "./nats-link.js";
import type { Setting } from "./stream-settings.js";

/**
 * Parts of what the account may store, in sixteenths. One is left for facts that make room: a stream that is full is opened by as
 * much as such a fact needs.
 */
const SIXTEENTHS = { facts: 4, blobs: 10, leases: 1 } as const;

/** More would be of no use: a lease is 50 bytes. */
const MOST_OF_LEASES = 8 * 2 ** 20;

/** What of a stream of the mesh it is. */
export type StreamPart = keyof typeof SIXTEENTHS;

/** Bytes that a stream with so many replicas may have; -1 where the account has no limit. @param storage what the account may store */
const roomOf = (part: StreamPart, storage: number, replicas: number): number => {
  if (storage <= 0) return -1;
  const bytes = Math.floor((storage * SIXTEENTHS[part]) / 16 / replicas);
  return part === "leases" ? Math.min(bytes, MOST_OF_LEASES) : bytes;
};

/** The same of the account that this link is to. */
export const roomFor = async (link: NatsLink, part: StreamPart, replicas: number): Promise<number> => {
  const { limits } = await link.manager.getAccountInfo();
  return roomOf(part, limits.max_storage, replicas);
};

const NO_LIMIT: Setting = { field: "max_bytes", wanted: -1, breaks: false, flag: "--max-bytes=-1" };

/** Hold a stream to its part. A user that may not change it leaves that to another. */
export const holdRoom = async (link: NatsLink, { config }: StreamInfo, part: StreamPart): Promise<void> => {
  const wanted = await roomFor(link, part, config.num_replicas);
  // Where the account has no limit, one that people have set by hand is theirs.
  if (wanted === -1) return checkStream(config, [NO_LIMIT], link.logger);
  if (config.max_bytes === wanted) return;
  const { name: stream, max_bytes: found } = config;
  link.denials.expect(`${link.jetstream.apiPrefix}.STREAM.UPDATE.${stream}`);
  try {
    await link.manager.streams.update(stream, { ...config, max_bytes: wanted });
    link.logger.info({ stream, found, wanted }, "the stream may have its part of the storage of the account");
  } catch (error) {
    if (denialIn(error) !== undefined) return;
    if (apiCode(error) === undefined) throw error;
    link.logger.warn({ stream, found, wanted, err: error }, "the stream could not be given its part of the storage");
  }
};

/** The stream has no room for one more of such a size; undefined while it has, and where it has no limit of its own. */
export const fullStream = async (link: NatsLink, stream: string, bytes: number): Promise<BnasError | undefined> => {
  const { config, state } = await link.patiently(`read the size of ${stream}`, () => link.manager.streams.info(stream));
  if (config.max_bytes <= 0 || state.bytes + bytes <= config.max_bytes) return undefined;
  return natsFull(`write to stream ${stream}`, link.address, `it has ${state.bytes} of ${config.max_bytes} bytes`);
};

/** For a fact of some kilobytes and the next ones. */
const RESERVE_STEP = 65_536;

/**
 * Let a stream that is full take the facts that make room. False: it is not the stream that is full but what it is in, or this
 * user may not change it.
 */
export const openReserve = async (link: NatsLink, stream: string): Promise<boolean> => {
  try {
    const { config, state } = await link.manager.streams.info(stream);
    if (config.max_bytes <= 0) return false;
    const max_bytes = Math.max(config.max_bytes, state.bytes) + RESERVE_STEP;
    await link.manager.streams.update(stream, { ...config, max_bytes });
    link.logger.warn(
      { stream, bytes: state.bytes },
      "the stream is full: opened what is kept for facts that make room",
    );
    return true;
  } catch (error) {
    if (denialIn(error) === undefined && apiCode(error) === undefined) throw error;
    return false;
  }
};

/** Take back what `openReserve` gave, when there is room again. */
export const closeReserve = async (link: NatsLink, stream: string): Promise<void> => {
  const info = await link.manager.streams.info(stream);
  if (info.config.max_bytes > 0) await holdRoom(link, info, "facts");
};
