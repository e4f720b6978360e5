import { invalidInput, systemErrorCode, withoutSecrets } from "@bnas/errors";
import { type Jobs, LocalJobs, TracedJobs } from "@bnas/jobs";
import { type Lead, LeadAlone } from "@bnas/lead";
import { type FactLog, FileLog, type Listed, type LiveFacts, MemoryLog, Quarantine, TracedLog } from "@bnas/log";
import type { NatsOptions } from "@bnas/nats";
import {
  isNatsAddress,
  natsLease,
  natsName,
  natsReplicas,
  ObjectStore,
  openJetStream,
  parseNatsAddress,
} from "@bnas/nats";
import type { BlobStore } from "@bnas/store";
import { DirectoryStore, isS3Address, MemoryStore, parseS3Address, TracedStore } from "@bnas/store";
import { type Environment, type Logger, type Recorder, silentRecorder } from "@bnas/telemetry";

/** What an address does not say. */
export type OpenOptions = {
  /** Gets what an operator should know: settings of NATS that were changed by hand, lost connections. */
  readonly logger?: Logger;
  /** Records appends, jobs and blobs; default: nothing is recorded. */
  readonly recorder?: Recorder;
  /** Of the process: the SDK of S3 takes credentials and its region from there. Default: of the region nothing is known. */
  readonly env?: Environment;
  /** Instead of what a `nats://` address says. */
  readonly nats?: Partial<NatsOptions>;
};

/**
 * A log with what hands out its jobs and lets one process lead, and what was set aside of it. Closing the log ends all three.
 */
export type Facts = {
  readonly log: FactLog;
  readonly jobs: Jobs;
  readonly lead: Lead;
  readonly quarantine: Quarantine;
};

/**
 * Open a log by its address: `memory:` (new and empty, gone with the process), `file:PATH`, or
 * `nats://HOST:PORT,HOST:PORT?stream=BNAS&replicas=1&lease=30&credentials=PATH`.
 */
export const openFacts = async (uri: string, options: OpenOptions = {}): Promise<Facts> => {
  const facts = await openBareFacts(uri, options);
  const { recorder = silentRecorder } = options;
  if (!recorder.on) return facts;
  return { ...facts, log: new TracedLog(facts.log, recorder), jobs: new TracedJobs(facts.jobs, recorder) };
};

/** As openFacts, for those who neither work nor lead. */
export const openLog = async (uri: string, options: OpenOptions = {}): Promise<FactLog> =>
  (await openFacts(uri, options)).log;

const openBareFacts = async (uri: string, options: OpenOptions): Promise<Facts> => {
  const allowed = "memory:, file:PATH or nats://HOST:PORT";
  const quarantine = new Quarantine({ place: uri, ...options });
  if (uri === "memory:") return local(new MemoryLog(), quarantine);
  if (isNatsAddress(uri)) {
    const { name, ...nats } = natsOptions("log", uri, "stream", options);
    return openJetStream({ ...nats, stream: name });
  }
  const path = pathOf("log", uri, "file:", allowed);
  return withReason("log", uri, allowed, async () => local(await FileLog.open(path), quarantine));
};

/** Jobs and lead of a log that is of one process, or in a file. */
const local = <Entry extends Listed>(
  log: FactLog & { readonly live: LiveFacts<Entry> },
  quarantine: Quarantine,
): Facts => ({
  log,
  quarantine,
  jobs: new LocalJobs(log.live),
  lead: new LeadAlone(log.live.closing),
});

/**
 * Open a store by its address: `memory:` (new and empty, gone with the process), `dir:PATH`,
 * `nats://HOST:PORT,HOST:PORT?bucket=bnas-blobs&replicas=1&credentials=PATH`, or
 * `s3://BUCKET/PREFIX?endpoint=http://HOST:PORT&region=REGION&pathStyle=true`.
 */
export const openStore = async (uri: string, options: OpenOptions = {}): Promise<BlobStore> => {
  const store = await openBareStore(uri, options);
  const { recorder = silentRecorder } = options;
  return recorder.on ? new TracedStore(store, recorder) : store;
};

const openBareStore = async (uri: string, options: OpenOptions): Promise<BlobStore> => {
  const allowed = "memory:, dir:PATH, nats://HOST:PORT or s3://BUCKET/PREFIX";
  if (uri === "memory:") return new MemoryStore();
  if (isS3Address(uri)) {
    const address = parseS3Address("store", uri);
    // The SDK is large: it is not loaded for another store.
    const { S3Store } = await import("@bnas/store/s3");
    return S3Store.open({ ...address, env: options.env ?? {} });
  }
  if (isNatsAddress(uri)) {
    const { name, ...nats } = natsOptions("store", uri, "bucket", options);
    return ObjectStore.open({ ...nats, bucket: name });
  }
  const path = pathOf("store", uri, "dir:", allowed);
  return withReason("store", uri, allowed, () => DirectoryStore.open(path));
};

/** @param place what the address gives the name of: a stream or a bucket */
const natsOptions = (
  field: string,
  uri: string,
  place: "stream" | "bucket",
  { logger, recorder, nats }: OpenOptions,
): NatsOptions & { readonly replicas?: number; readonly name?: string; readonly leaseMs?: number } => {
  const known = [place, "replicas", "credentials", ...(place === "stream" ? ["lease"] : [])];
  const { servers, params } = parseNatsAddress(field, uri, known);
  const lease = params.get("lease");
  const name = params.get(place);
  const replicas = params.get("replicas");
  const credentialsFile = params.get("credentials");
  return {
    servers,
    ...(logger === undefined ? {} : { logger }),
    ...(recorder === undefined ? {} : { recorder }),
    ...(name === undefined ? {} : { name: natsName(`${field} ${place}`, name) }),
    ...(lease === undefined ? {} : { leaseMs: natsLease(`${field} lease`, lease) }),
    ...(replicas === undefined ? {} : { replicas: natsReplicas(`${field} replicas`, replicas) }),
    ...(credentialsFile === undefined ? {} : { credentialsFile }),
    ...nats,
  };
};

const pathOf = (field: string, uri: string, scheme: string, allowed: string): string => {
  if (uri.startsWith(scheme) && uri.length > scheme.length) return uri.slice(scheme.length);
  throw invalidInput(
    field,
    withoutSecrets(uri),
    allowed,
    `Write ${scheme} and a path, for example ${scheme}runs/first.`,
  );
};

/** What the operating system says against a path is about the path that was given. */
const withReason = async <Opened>(
  field: string,
  uri: string,
  allowed: string,
  open: () => Promise<Opened>,
): Promise<Opened> => {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof Error) || systemErrorCode(error) === undefined) throw error;
    const hint = `The system says ${error.message}: change that, or give another path.`;
    throw invalidInput(field, withoutSecrets(uri), `${allowed} that can be read and written`, hint);
  }
};
