import type { BnasError } from "@bnas/errors";

/** Content-addressed bytes (docs/blobs.md). Adapters: memory, directory, JetStream Object Store, S3. */
export interface BlobStore {
  /**
   * Give bytes, get their SHA-256 in lower-case hex. Safe (fsync) when it resolves. Putting the same bytes again writes nothing,
   * but the blob counts as put again (`TOUCH_AFTER_MS`).
   */
  put(bytes: Uint8Array): Promise<string>;
  /** The bytes, verified. @throws BLOB_MISSING or BLOB_ALTERED, both naming the hash and the place */
  get(sha256: string): Promise<Uint8Array>;
  has(sha256: string): Promise<boolean>;
  list(): AsyncIterable<StoredBlob>;
  /** Remove a blob if it was not put after `before` (milliseconds since 1970). False: it was, or it does not exist. */
  remove(sha256: string, before: number): Promise<boolean>;
  /** Remove what puts that were cut off before then have left, which is no blob. Gives how many things that were. */
  sweep(before: number): Promise<number>;
  /** That there is no room for another blob, and what to do, as far as the adapter can see that; undefined while there is. */
  full?(): Promise<BnasError | undefined>;
}

/** A blob in the list of a store. */
export type StoredBlob = {
  readonly sha256: string;
  readonly bytes: number;
  /** When it was put last, in milliseconds since 1970, by the clock of the store. */
  readonly putAt: number;
};

/**
 * A put of bytes that are there moves their time to now when it is older than this, so that they are not treated as old garbage and
 * removed before their fact is written. A removal must leave younger ones alone.
 */
export const TOUCH_AFTER_MS = 10 * 60_000;
