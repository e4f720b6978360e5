import { DiscardPolicy, RetentionPolicy, StorageType, type StreamConfig } from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import { apiCode, STREAM_DIFFERS, STREAM_NOT_FOUND } from "../link/nats-errors.js";
import type { NatsLink } from "../link/nats-link.js";
import { roomFor } from "../link/room.js";

/** Where those who lead on a stream of facts say so; as a bucket of NATS' key-value store, so that `nats kv` shows it. */
const leaseBucket = (stream: string): string => `${stream}-leases`;
export const leaseStream = (stream: string): string => `KV_${leaseBucket(stream)}`;
export const leaseSubject = (stream: string, name: string): string => `$KV.${leaseBucket(stream)}.${name}`;

/** What the lease of a name says now; undefined where there is none, or where it cannot be read: older rules of accounts do not allow it. */
export const lastLease = async (
  link: NatsLink,
  { stream, name }: { readonly stream: string; readonly name: string },
  signal: AbortSignal,
): Promise<Uint8Array | undefined> => {
  const lease = leaseStream(stream);
  link.denials.expect(`$JS.API.STREAM.MSG.GET.${lease}`);
  const read = link.manager.streams.getMessage(lease, { last_by_subj: leaseSubject(stream, name) });
  const stopped = new Promise<null>((resolve) => signal.addEventListener("abort", () => resolve(null), { once: true }));
  return (await Promise.race([read.catch(() => null), stopped]))?.data;
};

type Leases = { readonly replicas: number; readonly leadMs: number; readonly bytes: number };

const wantedOf = (stream: string, { replicas, leadMs, bytes }: Leases) =>
  ({
    name: leaseStream(stream),
    subjects: [leaseSubject(stream, ">")],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    num_replicas: replicas,
    max_msgs_per_subject: 1,
    discard: DiscardPolicy.New,
    allow_rollup_hdrs: true,
    deny_delete: true,
    allow_direct: true,
    // A lease that is not renewed for so long is over.
    max_age: nanos(leadMs),
    // So that what fills the account leaves room for them.
    max_bytes: bytes,
    duplicate_window: nanos(Math.min(leadMs, 1_000)),
  }) satisfies Partial<StreamConfig>;

/** Make the stream of leases where there is none, with as many replicas as that of the facts has. Any number of processes may. */
export const openLeaseStream = async (
  link: NatsLink,
  { stream, leadMs, signal }: { readonly stream: string; readonly leadMs: number; readonly signal: AbortSignal },
): Promise<void> => {
  const open = async () => {
    const { config } = await link.manager.streams.info(stream);
    const bytes = await roomFor(link, "leases", config.num_replicas);
    const wanted = wantedOf(stream, { replicas: config.num_replicas, leadMs, bytes });
    const found = await settingsOf(link, wanted.name);
    if (found?.max_age === wanted.max_age && (bytes === -1 || found.max_bytes === bytes)) return;
    if (found !== undefined) return void (await link.manager.streams.update(wanted.name, wanted));
    await link.manager.streams.add(wanted).catch((error: unknown) => {
      // Another process has made it since we looked.
      if (apiCode(error) !== STREAM_DIFFERS) throw error;
    });
  };
  await link.patiently(`open the leases of ${stream}`, open, { patienceMs: leadMs, signal });
};

const settingsOf = async (link: NatsLink, name: string): Promise<StreamConfig | undefined> => {
  try {
    return (await link.manager.streams.info(name)).config;
  } catch (error) {
    if (apiCode(error) === STREAM_NOT_FOUND) return undefined;
    throw error;
  }
};
