import { checkSha256, sha256Of } from "@bnas/disk";
import { blobMissing } from "./blob-errors.js";
import type { BlobStore, StoredBlob } from "./blob-store.js";

/**
 * Blobs in this process, lost with it. Bytes are copied in and out, so no caller can change what is kept.
 * @example
 * ```ts
 * import { MemoryStore } from "@bnas/store";
 *
 * const store = new MemoryStore();
 * const sha256 = await store.put(Uint8Array.of(1, 2, 3));
 * await store.get(sha256); // => [1, 2, 3]
 * await store.has("0".repeat(64)); // => false
 * ```
 */
export class MemoryStore implements BlobStore {
  readonly #blobs = new Map<string, { readonly bytes: Uint8Array; readonly putAt: number }>();
  readonly #now: () => number;

  /** @param now milliseconds since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  async put(bytes: Uint8Array): Promise<string> {
    const sha256 = sha256Of(bytes);
    this.#blobs.set(sha256, { bytes: this.#blobs.get(sha256)?.bytes ?? Uint8Array.from(bytes), putAt: this.#now() });
    return sha256;
  }

  async get(sha256: string): Promise<Uint8Array> {
    const blob = this.#blobs.get(checkSha256(sha256));
    if (blob === undefined) throw blobMissing(sha256, "blob of this name in the memory of this process");
    return Uint8Array.from(blob.bytes);
  }

  async has(sha256: string): Promise<boolean> {
    return this.#blobs.has(checkSha256(sha256));
  }

  async *list(): AsyncIterable<StoredBlob> {
    for (const [sha256, { bytes, putAt }] of [...this.#blobs]) yield { sha256, bytes: bytes.length, putAt };
  }

  async remove(sha256: string, before: number): Promise<boolean> {
    const blob = this.#blobs.get(checkSha256(sha256));
    return blob !== undefined && blob.putAt <= before && this.#blobs.delete(sha256);
  }

  async sweep(): Promise<number> {
    return 0;
  }
}
