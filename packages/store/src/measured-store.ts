import type { BlobStore, StoredBlob } from "./blob-store.js";

/** A store that says how many bytes were put through it, whether they were there before or not: so it is the same however often. */
export class MeasuredStore implements BlobStore {
  readonly #store: BlobStore;
  #bytesPut = 0;

  constructor(store: BlobStore) {
    this.#store = store;
  }

  get bytesPut(): number {
    return this.#bytesPut;
  }

  put(bytes: Uint8Array): Promise<string> {
    this.#bytesPut += bytes.length;
    return this.#store.put(bytes);
  }

  get(sha256: string): Promise<Uint8Array> {
    return this.#store.get(sha256);
  }

  has(sha256: string): Promise<boolean> {
    return this.#store.has(sha256);
  }

  list(): AsyncIterable<StoredBlob> {
    return this.#store.list();
  }

  remove(sha256: string, before: number): Promise<boolean> {
    return this.#store.remove(sha256, before);
  }

  sweep(before: number): Promise<number> {
    return this.#store.sweep(before);
  }
}
