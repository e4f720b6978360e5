import { StorageType, type StreamInfo } from "@nats-io/jetstream";
import { Objm } from "@nats-io/obj";
import { checkStream } from "../link/check-stream.js";
import { madeStream } from "../link/made-stream.js";
import { apiCode, NO_CLUSTER, STREAM_DIFFERS } from "../link/nats-errors.js";
import type { NatsLink } from "../link/nats-link.js";
import { holdRoom, roomFor } from "../link/room.js";
import { keepsMessages, type Setting } from "../link/stream-settings.js";
import { tooFewServers } from "../log/fact-stream.js";

/** The stream behind a bucket: NATS gives it this name, and these subjects to its chunks and to what describes them. */
export const streamOf = (bucket: string): string => `OBJ_${bucket}`;
export const chunksOf = (bucket: string, nuid: string): string => `$O.${bucket}.C.${nuid}`;
export const descriptionOf = (bucket: string, name: string): string =>
  `$O.${bucket}.M.${Buffer.from(name).toString("base64").replaceAll("+", "-").replaceAll("/", "_")}`;
export const descriptionsOf = (bucket: string): string => `$O.${bucket}.M.>`;

const bucketSettings = (replicas?: number): readonly Setting[] => [
  // The chunks of a blob share a subject.
  { field: "max_msgs_per_subject", wanted: -1, breaks: true, flag: "--max-msgs-per-subject=-1" },
  { field: "allow_rollup_hdrs", wanted: true, breaks: true, flag: "--allow-rollup" },
  ...keepsMessages,
  ...(replicas === undefined
    ? []
    : ([{ field: "num_replicas", wanted: replicas, breaks: false, flag: `--replicas=${replicas}` }] as const)),
];

/**
 * Make the bucket where there is none, and hold it to what it must be. Any number of processes may do so at once. A user that
 * has no right to make it waits for one that has.
 */
export const openBucket = async (link: NatsLink, bucket: string, replicas?: number): Promise<void> => {
  await link.patientlyOpening(`open bucket ${bucket}`, async () => {
    const info = await madeStream(link, streamOf(bucket), () => create(link, bucket, replicas));
    checkStream(info.config, bucketSettings(replicas), link.logger);
    await holdRoom(link, info, "blobs");
  });
};

const create = async (link: NatsLink, bucket: string, replicas = 1): Promise<StreamInfo> => {
  try {
    const max_bytes = await roomFor(link, "blobs", replicas);
    await new Objm(link.jetstream).create(bucket, { storage: StorageType.File, replicas, max_bytes });
  } catch (error) {
    if (apiCode(error) === NO_CLUSTER) throw tooFewServers("store replicas", replicas, error);
    // Another process has made it since we looked.
    if (apiCode(error) !== STREAM_DIFFERS) throw error;
  }
  return link.manager.streams.info(streamOf(bucket));
};
