import { BlobMissing } from "./blob-errors.js";
import type { BlobStore } from "./blob-store.js";
import { checkSha256, sha256Of } from "./sha256.js";

/** Blobs in this process: gone with it. Bytes are copied in and out, so nobody can alter what is kept. */
export class MemoryStore implements BlobStore {
  readonly #blobs = new Map<string, Uint8Array>();

  async put(bytes: Uint8Array): Promise<string> {
    const sha256 = sha256Of(bytes);
    if (!this.#blobs.has(sha256)) this.#blobs.set(sha256, Uint8Array.from(bytes));
    return sha256;
  }

  async get(sha256: string): Promise<Uint8Array> {
    const bytes = this.#blobs.get(checkSha256(sha256));
    if (bytes === undefined) throw new BlobMissing(sha256, "blob of this name in the memory of this process");
    return Uint8Array.from(bytes);
  }

  async has(sha256: string): Promise<boolean> {
    return this.#blobs.has(checkSha256(sha256));
  }

  async *list(): AsyncIterable<string> {
    yield* [...this.#blobs.keys()];
  }
}
