import { JetStreamApiCodes, JetStreamApiError } from "@nats-io/jetstream";
import { errors } from "@nats-io/transport-node";
import { denialIn } from "./denials.js";

// https://github.com/nats-io/nats-server/blob/main/server/errors.json gives every number.
export const STREAM_NOT_FOUND = 10059;
export const CONSUMER_NOT_FOUND = 10014;
export const CONSUMER_EXISTS = 10148;
export const STREAM_DIFFERS = 10058;
export const SUBJECTS_OVERLAP = 10065;
/** More replicas than one on a server without a cluster. */
export const NO_CLUSTER = 10074;
/** A stream has as many consumers as its account allows. */
const TOO_MANY_CONSUMERS = 10026;
export const wrongLastSequence: readonly number[] = [10071, 10164];
const notEnabled: readonly number[] = [10039, 10076];
/** A cluster that elects a leader, starts or lacks a server: incomplete, no placement, not assigned, not available, no leader, offline. */
const clusterUnsettled: readonly number[] = [10004, 10005, 10007, 10008, 10009, 10118, 10119];

export const apiCode = (error: unknown): number | undefined =>
  error instanceof JetStreamApiError ? error.code : undefined;

/** JetStream is off for this account, or no server answers for it. */
export const isNotEnabled = (error: unknown): boolean =>
  notEnabled.includes(apiCode(error) ?? 0) || hasNoResponders(error);

/** (`JetStreamNotEnabled` is what the client makes of it; it exports no class for that.) */
const hasNoResponders = (error: unknown): boolean =>
  error instanceof errors.NoRespondersError ||
  (error instanceof errors.RequestError && error.isNoResponders()) ||
  (error instanceof Error && error.name === "JetStreamNotEnabled");

/**
 * The subject holds a message already and the stream takes one a subject. (Its number, 10077, stands for every reason not to
 * store: a full disk too.)
 */
export const isSubjectTaken = (error: unknown): boolean =>
  error instanceof JetStreamApiError && error.message.includes("maximum messages per subject exceeded");

/** Storing failed, resources are short, storage is full, the account has all that it may have. */
const full: readonly number[] = [10077, 10023, 10047, 10002];
/** The first error of a full disk is a general one; its text is that of the system. */
const DISK_FULL = /no space left on device|disk quota exceeded/;

/** There is no room: on the disk, in the account or in the stream. */
export const isFull = (error: unknown): boolean =>
  error instanceof JetStreamApiError &&
  !isSubjectTaken(error) &&
  (full.includes(error.code) || DISK_FULL.test(error.message));

export const isOutOfConsumers = (error: unknown): boolean => apiCode(error) === TOO_MANY_CONSUMERS;

/** The connection was closed for good: by us, or by a server that refuses us. */
export const isConnectionClosed = (error: unknown): boolean =>
  error instanceof errors.ClosedConnectionError || error instanceof errors.DrainingConnectionError;

/**
 * A fault that ends when NATS is available again: no answer in time, no responder, a cluster without a leader. Whether the request
 * was done is not known.
 */
export const isTemporaryNatsFault = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if (denialIn(error) !== undefined) return false;
  if (error instanceof errors.TimeoutError || error instanceof errors.RequestError) return true;
  if (error instanceof errors.ConnectionError || hasNoResponders(error)) return true;
  return clusterUnsettled.includes(apiCode(error) ?? 0);
};

export const isMessageNotFound = (error: unknown): boolean => apiCode(error) === JetStreamApiCodes.NoMessageFound;
