/** Content-addressed bytes (design.md section 2). Adapters: memory, directory, JetStream Object Store, S3. */
export interface BlobStore {
  /**
   * Give bytes, get their SHA-256 in lower-case hex. Safe (fsync) when it resolves. Putting the same bytes again writes nothing,
   * but the blob counts as put anew (`touchAfterMs`).
   */
  put(bytes: Uint8Array): Promise<string>;
  /** The bytes, verified. Throws BLOB_MISSING or BLOB_ALTERED, both naming the hash and the place. */
  get(sha256: string): Promise<Uint8Array>;
  has(sha256: string): Promise<boolean>;
  list(): AsyncIterable<StoredBlob>;
  /** Remove a blob if nobody has put it after `before` (milliseconds since 1970). False: somebody has, or it is not there. */
  remove(sha256: string, before: number): Promise<boolean>;
  /** Remove what puts that were cut off before then have left, which is no blob. Gives how many things that were. */
  sweep(before: number): Promise<number>;
}

/** A blob in the list of a store. */
export type StoredBlob = {
  readonly sha256: string;
  readonly bytes: number;
  /** When it was put last, in milliseconds since 1970, by the clock of the store. */
  readonly putAt: number;
};

/**
 * A put of bytes that are there moves their time to now when it is older than this, so that nobody takes them for left over
 * from long ago and removes them before the fact that speaks of them. Whoever removes must leave younger ones alone.
 */
export const touchAfterMs = 10 * 60_000;
