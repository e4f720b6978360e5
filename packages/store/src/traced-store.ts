import type { BnasError } from "@bnas/errors";
import { inSpan, type Recorder } from "@bnas/telemetry";
import type { BlobStore, StoredBlob } from "./blob-store.js";

/** A store that records a span for every blob that is put or fetched. */
export class TracedStore implements BlobStore {
  readonly #store: BlobStore;
  readonly #recorder: Recorder;

  constructor(store: BlobStore, recorder: Recorder) {
    this.#store = store;
    this.#recorder = recorder;
  }

  put(bytes: Uint8Array): Promise<string> {
    return inSpan(this.#recorder, "put blob", { attributes: { "bnas.blob.bytes": bytes.length } }, async (span) => {
      const sha256 = await this.#store.put(bytes);
      span.set({ "bnas.blob": sha256 });
      return sha256;
    });
  }

  get(sha256: string): Promise<Uint8Array> {
    return inSpan(this.#recorder, "get blob", { attributes: { "bnas.blob": sha256 } }, async (span) => {
      const bytes = await this.#store.get(sha256);
      span.set({ "bnas.blob.bytes": bytes.length });
      return bytes;
    });
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

  full(): Promise<BnasError | undefined> {
    return this.#store.full?.() ?? Promise.resolve(undefined);
  }
}
