/** Content-addressed bytes (design.md section 2). Adapters: memory, directory, and later JetStream Object Store and S3. */
export interface BlobStore {
  /** Give bytes, get their SHA-256 in lower-case hex. Safe (fsync) when it resolves; putting the same bytes again writes nothing. */
  put(bytes: Uint8Array): Promise<string>;
  /** The bytes, verified. Throws BlobMissing or BlobAltered, both naming the hash and the place. */
  get(sha256: string): Promise<Uint8Array>;
  has(sha256: string): Promise<boolean>;
  list(): AsyncIterable<string>;
}
