import { checkSha256, isSha256, sha256Of } from "@bnas/disk";
import type { BnasError } from "@bnas/errors";
import { type BlobStore, blobAltered, blobMissing, type StoredBlob, TOUCH_AFTER_MS } from "@bnas/store";
import { JsHeaders, PubHeaders, type PurgeOpts } from "@nats-io/jetstream";
import { headers, nuid } from "@nats-io/transport-node";
import { apiCode, isMessageNotFound, wrongLastSequence } from "../link/nats-errors.js";
import { NatsLink } from "../link/nats-link.js";
import type { NatsOptions } from "../link/nats-options.js";
import { lastMessage, readMessages } from "../link/read-messages.js";
import { fullStream } from "../link/room.js";
import { areChunksOf, type BlobDescription, readDescription } from "./blob-description.js";
import { chunksOf, descriptionOf, descriptionsOf, openBucket, streamOf } from "./object-bucket.js";

/** Bytes of a chunk, of which one publish at a time is under way, and how many chunks are asked for at once. */
const CHUNK_BYTES = 512 * 1024;
const CHUNKS_AT_ONCE = 16;
const DESCRIPTIONS_AT_ONCE = 1_000;

/** What lies on the subject of a description, and its sequence; 0 where nothing lies. */
type Described = { readonly description?: BlobDescription; readonly revision: number };

/** Where an ObjectStore is. */
export type ObjectStoreOptions = NatsOptions & {
  /** Name of the bucket; `bnas-blobs` when it is left out. */
  readonly bucket?: string | undefined;
  /** How many servers keep a copy, when the bucket is made; if it exists and has another number, that is logged. */
  readonly replicas?: number | undefined;
};

/**
 * Blobs in a bucket of NATS' object store, by the name of their hash. A blob is its chunks and then a description of them,
 * which comes last: bytes of which a part came count for nothing. Any number of processes may share a bucket.
 */
export class ObjectStore implements BlobStore {
  readonly #link: NatsLink;
  readonly #name: string;

  private constructor(link: NatsLink, name: string) {
    this.#link = link;
    this.#name = name;
  }

  /**
   * Connect, and make the bucket where there is none. Rejects with UNAVAILABLE or FAILED_PRECONDITION where NATS or JetStream is
   * missing, and with InvalidInput for a bucket with changed settings, with which it would lose blobs.
   */
  static async open(options: ObjectStoreOptions): Promise<ObjectStore> {
    const name = options.bucket ?? "bnas-blobs";
    const link = await NatsLink.open(options);
    try {
      await openBucket(link, name, options.replicas);
      return new ObjectStore(link, name);
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  async put(bytes: Uint8Array): Promise<string> {
    const sha256 = sha256Of(bytes);
    // The caller may alter its bytes while they are sent.
    const copy = Uint8Array.from(bytes);
    // If another put or a removal was faster, look again.
    const putOnce = async () => {
      const earlier = await this.#look(sha256);
      const { description, revision } = earlier;
      const whole = description !== undefined && (await this.#isWhole(description, sha256, copy.length));
      return whole ? this.#touch(description, revision) : this.#write(sha256, copy, earlier);
    };
    while (!(await this.#link.patiently(`put ${sha256}`, putOnce)));
    return sha256;
  }

  async get(sha256: string): Promise<Uint8Array> {
    const { description } = await this.#look(checkSha256(sha256));
    const place = `${this.#link.address} bucket ${this.#name} object ${sha256}`;
    if (description === undefined || description.deleted) throw blobMissing(sha256, place);
    const bytes = await this.#chunks(description);
    const actual = sha256Of(bytes);
    if (actual !== sha256) throw blobAltered(sha256, place, actual);
    return bytes;
  }

  async has(sha256: string): Promise<boolean> {
    const { description } = await this.#look(checkSha256(sha256));
    return description !== undefined && !description.deleted;
  }

  async *list(): AsyncIterable<StoredBlob> {
    for await (const { name, size, putAt } of this.#descriptions())
      if (isSha256(name)) yield { sha256: name, bytes: size, putAt };
  }

  async remove(sha256: string, before: number): Promise<boolean> {
    const { description, revision } = await this.#look(checkSha256(sha256));
    if (description === undefined || description.deleted || description.putAt > before) return false;
    // Not a later description: a put that has touched the blob since keeps it.
    const asDescribed = { filter: descriptionOf(this.#name, sha256), seq: revision + 1 };
    if ((await this.#purge(asDescribed)) === 0) return false;
    if (areChunksOf(sha256, description.nuid)) await this.#purge({ filter: chunksOf(this.#name, description.nuid) });
    return true;
  }

  async sweep(before: number): Promise<number> {
    const chunks = await this.#link.patiently("list chunks", async () => {
      const { state } = await this.#link.manager.streams.info(streamOf(this.#name), {
        subjects_filter: chunksOf(this.#name, "*"),
      });
      return Object.keys(state.subjects ?? {});
    });
    // After the chunks: a description that came meanwhile is seen.
    const described = new Set<string>();
    for await (const { nuid } of this.#descriptions()) described.add(chunksOf(this.#name, nuid));
    let swept = 0;
    for (const filter of chunks.filter((subject) => !described.has(subject))) {
      const last = await this.#link.patiently(`read ${filter}`, () => this.#timeOfLast(filter));
      if (last === undefined || last > before) continue;
      await this.#purge({ filter });
      swept++;
    }
    return swept;
  }

  full(): Promise<BnasError | undefined> {
    return fullStream(this.#link, streamOf(this.#name), 2 * CHUNK_BYTES);
  }

  async close(): Promise<void> {
    await this.#link.close();
  }

  async *#descriptions(): AsyncIterable<BlobDescription> {
    const options = { stream: streamOf(this.#name), pattern: descriptionsOf(this.#name), after: 0 };
    const none: string[] = [];
    for await (const message of readMessages(this.#link, { ...options, batch: DESCRIPTIONS_AT_ONCE })) {
      const description = readDescription(this.#name, message);
      if (description === undefined) none.push(message.subject);
      else if (!description.deleted) yield description;
    }
    if (none.length > 0) this.#warnOf(none);
  }

  /** What lies on the subject of a blob. Without a description: nothing, or what is none. */
  async #look(sha256: string): Promise<Described> {
    const message = await lastMessage(this.#link, streamOf(this.#name), descriptionOf(this.#name, sha256));
    if (message === undefined) return { revision: 0 };
    const description = readDescription(this.#name, message);
    if (description === undefined) this.#warnOf([message.subject]);
    return { revision: message.sequence, ...(description !== undefined && { description }) };
  }

  #warnOf(subjects: readonly string[]): void {
    const { logger, address } = this.#link;
    const found = { address, bucket: this.#name, messages: subjects.length, subject: subjects[0] };
    logger.warn(found, "what lies in the place of a blob's description is none: the blob counts as missing");
  }

  /** Let a blob that is there count as put now. False: what describes it is another message by now, or gone. */
  async #touch(earlier: BlobDescription, revision: number): Promise<boolean> {
    const isFresh = Date.now() - earlier.putAt < TOUCH_AFTER_MS;
    return isFresh || this.#describeAs(earlier, revision);
  }

  /** Put a description in the place of an earlier one. False: that is another message by now. @param revision 0: there is none */
  #describeAs(
    { name, nuid, size, chunks, sha256 }: Omit<BlobDescription, "putAt" | "deleted">,
    revision: number,
  ): Promise<boolean> {
    const replacing = headers();
    replacing.set(PubHeaders.ExpectedLastSubjectSequenceHdr, `${revision}`);
    replacing.set(JsHeaders.RollupHdr, JsHeaders.RollupValueSubject);
    // As the clients of NATS write it and read it.
    const digest = `SHA-256=${Buffer.from(sha256, "hex").toString("base64url")}=`;
    const described = {
      ...{ name, bucket: this.#name, nuid, size, chunks, digest },
      ...{ options: { max_chunk_size: CHUNK_BYTES }, mtime: new Date().toISOString(), deleted: false },
    };
    const subject = descriptionOf(this.#name, name);
    return unlessOvertaken(() =>
      this.#link.jetstream.publish(subject, JSON.stringify(described), { headers: replacing }),
    );
  }

  /** When the last message on a subject came, in milliseconds since 1970. */
  async #timeOfLast(subject: string): Promise<number | undefined> {
    try {
      const message = await this.#link.manager.streams.getMessage(streamOf(this.#name), { last_by_subj: subject });
      return message?.time.getTime();
    } catch (error) {
      if (isMessageNotFound(error)) return undefined;
      throw error;
    }
  }

  #purge(what: PurgeOpts & { readonly filter: string }): Promise<number> {
    return this.#link.patiently(`purge ${what.filter}`, async () => {
      const { purged } = await this.#link.manager.streams.purge(streamOf(this.#name), what);
      return purged;
    });
  }

  /** False: another has written or removed the blob meanwhile. */
  async #write(sha256: string, bytes: Uint8Array, earlier: Described): Promise<boolean> {
    const id = `${sha256}${nuid.next()}`;
    const length = Math.min(CHUNK_BYTES, this.#link.connection.info?.max_payload ?? CHUNK_BYTES);
    const chunks = Math.ceil(bytes.length / length);
    for (let chunk = 0; chunk < chunks; chunk++) {
      const part = bytes.subarray(chunk * length, (chunk + 1) * length);
      await this.#link.jetstream.publish(chunksOf(this.#name, id), part);
    }
    const described = { name: sha256, nuid: id, size: bytes.length, chunks, sha256 };
    const isOurs = await this.#describeAs(described, earlier.revision);
    const left = isOurs ? earlier.description?.nuid : id;
    if (left !== undefined && areChunksOf(sha256, left) && chunks > 0) await this.#removeChunks(left);
    return isOurs;
  }

  /**
   * Remove chunks that nothing describes. That needs the permission to purge, which allows to remove every blob: if this user lacks
   * it, `sweep` does it in garbage collection. (The put of NATS' client fails without it.)
   */
  async #removeChunks(id: string): Promise<void> {
    const { manager, jetstream, denials } = this.#link;
    const stream = streamOf(this.#name);
    denials.expect(`${jetstream.apiPrefix}.STREAM.PURGE.${stream}`);
    await manager.streams.purge(stream, { filter: chunksOf(this.#name, id) }).catch(() => {});
  }

  /** Whether a description is of these bytes, and all of its chunks are there. (That each is as it was, NATS checks itself.) */
  async #isWhole(info: BlobDescription, sha256: string, length: number): Promise<boolean> {
    if (info.deleted || info.sha256 !== sha256 || info.size !== length) return false;
    if (info.chunks === 0) return true;
    const chunks = chunksOf(this.#name, info.nuid);
    const { state } = await this.#link.manager.streams.info(streamOf(this.#name), { subjects_filter: chunks });
    return state.subjects?.[chunks] === info.chunks;
  }

  async #chunks({ nuid, chunks }: BlobDescription): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    if (chunks > 0) {
      const options = { stream: streamOf(this.#name), pattern: chunksOf(this.#name, nuid), after: 0 };
      for await (const { data } of readMessages(this.#link, { ...options, batch: CHUNKS_AT_ONCE })) parts.push(data);
    }
    return Buffer.concat(parts);
  }
}

/** False: what was to be replaced is no longer the last on its subject. */
const unlessOvertaken = async (write: () => Promise<unknown>): Promise<boolean> => {
  try {
    await write();
    return true;
  } catch (error) {
    if (wrongLastSequence.includes(apiCode(error) ?? 0)) return false;
    throw error;
  }
};
