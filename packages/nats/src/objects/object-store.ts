import { checkSha256, isSha256, sha256Of } from "@bnas/disk";
import type { BnasError } from "@bnas/errors";
import { type BlobStore, blobAltered, blobMissing, type StoredBlob, TOUCH_AFTER_MS } from "@bnas/store";
import { JsHeaders, PubHeaders, type PurgeOpts } from "@nats-io/jetstream";
import type { ObjectStore as Bucket, ObjectInfo } from "@nats-io/obj";
import { headers, nuid } from "@nats-io/transport-node";
import { apiCode, isMessageNotFound, wrongLastSequence } from "../link/nats-errors.js";
import { NatsLink } from "../link/nats-link.js";
import type { NatsOptions } from "../link/nats-options.js";
import { readMessages } from "../link/read-messages.js";
import { fullStream } from "../link/room.js";
import { chunksOf, descriptionOf, descriptionsOf, openBucket, streamOf } from "./object-bucket.js";

/** Bytes of a chunk, of which one publish at a time is under way, and how many chunks are asked for at once. */
const CHUNK_BYTES = 512 * 1024;
const CHUNKS_AT_ONCE = 16;
const DESCRIPTIONS_AT_ONCE = 1_000;

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
  readonly #bucket: Bucket;
  readonly #name: string;

  private constructor(link: NatsLink, bucket: Bucket, name: string) {
    this.#link = link;
    this.#bucket = bucket;
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
      return new ObjectStore(link, await openBucket(link, name, options.replicas), name);
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
      const earlier = await this.#bucket.info(sha256);
      const whole = earlier !== null && (await this.#isWhole(earlier, sha256, copy.length));
      return whole ? this.#touch(earlier) : this.#write(sha256, copy, earlier);
    };
    while (!(await this.#link.patiently(`put ${sha256}`, putOnce)));
    return sha256;
  }

  async get(sha256: string): Promise<Uint8Array> {
    const info = await this.#describe(checkSha256(sha256));
    const place = `${this.#link.address} bucket ${this.#name} object ${sha256}`;
    if (info === undefined) throw blobMissing(sha256, place);
    const bytes = await this.#chunks(info);
    const actual = sha256Of(bytes);
    if (actual !== sha256) throw blobAltered(sha256, place, actual);
    return bytes;
  }

  async has(sha256: string): Promise<boolean> {
    return (await this.#describe(checkSha256(sha256))) !== undefined;
  }

  async *list(): AsyncIterable<StoredBlob> {
    for await (const { name, size, mtime } of this.#descriptions()) {
      if (isSha256(name)) yield { sha256: name, bytes: size, putAt: Date.parse(mtime) };
    }
  }

  async remove(sha256: string, before: number): Promise<boolean> {
    const info = await this.#describe(checkSha256(sha256));
    if (info === undefined || Date.parse(info.mtime) > before) return false;
    // Not a later description: a put that has touched the blob since keeps it.
    const asDescribed = { filter: descriptionOf(this.#name, sha256), seq: info.revision + 1 };
    if ((await this.#purge(asDescribed)) === 0) return false;
    await this.#purge({ filter: chunksOf(this.#name, info.nuid) });
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

  async *#descriptions(): AsyncIterable<ObjectInfo> {
    const options = { stream: streamOf(this.#name), pattern: descriptionsOf(this.#name), after: 0 };
    for await (const { data } of readMessages(this.#link, { ...options, batch: DESCRIPTIONS_AT_ONCE })) {
      // What the client of NATS wrote there.
      const info: ObjectInfo = JSON.parse(Buffer.from(data).toString("utf8"));
      if (!info.deleted) yield info;
    }
  }

  /** Let a blob that is there count as put now. False: what describes it is another message by now, or gone. */
  async #touch(earlier: ObjectInfo): Promise<boolean> {
    const isFresh = Date.now() - Date.parse(earlier.mtime) < TOUCH_AFTER_MS;
    return isFresh || this.#describeAs(earlier, earlier.revision);
  }

  /** Put a description in the place of an earlier one. False: that is another message by now. @param revision 0: there is none */
  #describeAs(
    { name, nuid, size, chunks, digest }: Pick<ObjectInfo, "name" | "nuid" | "size" | "chunks" | "digest">,
    revision: number,
  ): Promise<boolean> {
    const replacing = headers();
    replacing.set(PubHeaders.ExpectedLastSubjectSequenceHdr, `${revision}`);
    replacing.set(JsHeaders.RollupHdr, JsHeaders.RollupValueSubject);
    // As the clients of NATS write it and read it.
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

  async #describe(sha256: string): Promise<ObjectInfo | undefined> {
    const info = await this.#link.patiently(`read ${sha256}`, () => this.#bucket.info(sha256));
    return info === null || info.deleted ? undefined : info;
  }

  /** False: another has written or removed the blob meanwhile. */
  async #write(sha256: string, bytes: Uint8Array, earlier: ObjectInfo | null): Promise<boolean> {
    const id = nuid.next();
    const length = Math.min(CHUNK_BYTES, this.#link.connection.info?.max_payload ?? CHUNK_BYTES);
    const chunks = Math.ceil(bytes.length / length);
    for (let chunk = 0; chunk < chunks; chunk++) {
      const part = bytes.subarray(chunk * length, (chunk + 1) * length);
      await this.#link.jetstream.publish(chunksOf(this.#name, id), part);
    }
    const digest = `SHA-256=${Buffer.from(sha256, "hex").toString("base64url")}=`;
    const described = { name: sha256, nuid: id, size: bytes.length, chunks, digest };
    const isOurs = await this.#describeAs(described, earlier?.revision ?? 0);
    const left = isOurs ? earlier?.nuid : id;
    if (left !== undefined && chunks > 0) await this.#removeChunks(left);
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
  async #isWhole(info: ObjectInfo, sha256: string, length: number): Promise<boolean> {
    const digest = Buffer.from(info.digest.replace("SHA-256=", ""), "base64url").toString("hex");
    if (info.deleted || digest !== sha256 || info.size !== length) return false;
    if (info.chunks === 0) return true;
    const chunks = chunksOf(this.#name, info.nuid);
    const { state } = await this.#link.manager.streams.info(streamOf(this.#name), { subjects_filter: chunks });
    return state.subjects?.[chunks] === info.chunks;
  }

  async #chunks({ nuid, chunks }: ObjectInfo): Promise<Uint8Array> {
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
