import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { checkSha256, isSha256, sha256Of } from "@bnas/disk";
import { blobAltered, blobMissing } from "../blob-errors.js";
import { type BlobStore, type StoredBlob, TOUCH_AFTER_MS } from "../blob-store.js";
import { isMissing, isThereAlready, isUnknownCondition } from "./s3-failure.js";
import { S3Link, type S3LinkOptions } from "./s3-link.js";
import { S3Removals } from "./s3-removal.js";

/**
 * Blobs as objects of a bucket, `<prefix>/<first two digits>/<sha256>`. Any number of processes may share a prefix. The first
 * put of a key counts (If-None-Match), and the server checks the SHA-256 of what comes.
 */
export class S3Store implements BlobStore {
  readonly #link: S3Link;
  /** With a slash at its end, or "". */
  readonly #prefix: string;
  readonly #removals: S3Removals;

  private constructor(link: S3Link, prefix: string) {
    this.#link = link;
    this.#prefix = prefix === "" ? "" : `${prefix}/`;
    this.#removals = new S3Removals(link, this.#prefix);
  }

  /** Rejects with an error of ours where the bucket is missing, or we may not list it, or no server answers. */
  static async open(options: S3LinkOptions): Promise<S3Store> {
    const link = new S3Link(options);
    const store = new S3Store(link, options.prefix);
    try {
      await link.patientlyOpening("open store", (client) =>
        client.send(new ListObjectsV2Command({ Bucket: link.bucket, Prefix: store.#prefix, MaxKeys: 1 })),
      );
      return store;
    } catch (error) {
      link.close();
      throw error;
    }
  }

  async put(bytes: Uint8Array): Promise<string> {
    const sha256 = sha256Of(bytes);
    // The caller may alter its bytes while they are sent.
    const copy = Uint8Array.from(bytes);
    do {
      if (!(await this.#write(sha256, copy, "first"))) await this.#repair(sha256, copy);
      await this.#removals.over(sha256);
    } while ((await this.#head(sha256)) === undefined);
    return sha256;
  }

  /** Write over a blob that is there when it is old, so that it counts as put now, or when it holds other bytes. */
  async #repair(sha256: string, bytes: Uint8Array): Promise<void> {
    const earlier = await this.#head(sha256);
    const isFresh = earlier?.LastModified !== undefined && Date.now() - earlier.LastModified.getTime() < TOUCH_AFTER_MS;
    if (!isFresh || earlier.ChecksumSHA256 !== base64Of(sha256)) await this.#write(sha256, bytes, "over");
  }

  async get(sha256: string): Promise<Uint8Array> {
    const key = this.#key(checkSha256(sha256));
    const place = `s3://${this.#link.bucket}/${key}`;
    const bytes = await this.#ifThere(`get ${sha256}`, async (client) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: this.#link.bucket, Key: key }));
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    });
    if (bytes === undefined) throw blobMissing(sha256, place);
    const actual = sha256Of(bytes);
    if (actual !== sha256) throw blobAltered(sha256, place, actual);
    return bytes;
  }

  async has(sha256: string): Promise<boolean> {
    return (await this.#head(checkSha256(sha256))) !== undefined;
  }

  async *list(): AsyncIterable<StoredBlob> {
    let from: string | undefined;
    do {
      const page = await this.#link.patiently("list blobs", (client) =>
        client.send(
          new ListObjectsV2Command({ Bucket: this.#link.bucket, Prefix: this.#prefix, ContinuationToken: from }),
        ),
      );
      for (const { Key = "", Size = 0, LastModified } of page.Contents ?? []) {
        const sha256 = Key.slice(-64);
        if (!isSha256(sha256) || Key !== this.#key(sha256)) continue;
        // Every server tells the time; of one that did not, nothing would be old enough to be removed.
        yield { sha256, bytes: Size, putAt: LastModified?.getTime() ?? Number.POSITIVE_INFINITY };
      }
      from = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (from !== undefined);
  }

  async remove(sha256: string, before: number): Promise<boolean> {
    const Key = this.#key(checkSha256(sha256));
    return this.#removals.during(sha256, async (late) => {
      const head = await this.#head(sha256);
      if (head?.LastModified === undefined || head.LastModified.getTime() > before) return false;
      return this.#link.patiently(`remove ${sha256}`, async (client) => {
        if (late()) return false;
        await client.send(new DeleteObjectCommand({ Bucket: this.#link.bucket, Key }));
        return true;
      });
    });
  }

  /** (An object itself is there whole or not at all.) */
  sweep(before: number): Promise<number> {
    return this.#removals.sweep(before);
  }

  async close(): Promise<void> {
    this.#link.close();
  }

  /** False: it was to be the first, and another is there. */
  async #write(sha256: string, bytes: Uint8Array, place: "first" | "over"): Promise<boolean> {
    const object = { Bucket: this.#link.bucket, Key: this.#key(sha256), ChecksumSHA256: base64Of(sha256) };
    const put = new PutObjectCommand({
      ...object,
      Body: bytes,
      ContentType: "application/octet-stream",
      ...(place === "first" ? { IfNoneMatch: "*" } : {}),
    });
    const mine = (error: unknown) => place === "first" && (isThereAlready(error) || isUnknownCondition(error));
    try {
      await this.#link.patiently(`put ${sha256}`, (client) => client.send(put), { mine });
      return true;
    } catch (error) {
      // A server that knows no condition keeps the last of equal bytes instead of the first.
      if (mine(error) && isUnknownCondition(error)) return this.#write(sha256, bytes, "over");
      if (mine(error)) return false;
      throw error;
    }
  }

  #head(sha256: string): Promise<HeadObjectCommandOutput | undefined> {
    const object = { Bucket: this.#link.bucket, Key: this.#key(sha256) };
    return this.#ifThere(`look for ${sha256}`, (client) =>
      client.send(new HeadObjectCommand({ ...object, ChecksumMode: "ENABLED" })),
    );
  }

  async #ifThere<Answer>(
    what: string,
    act: Parameters<typeof S3Link.prototype.patiently<Answer>>[1],
  ): Promise<Answer | undefined> {
    try {
      return await this.#link.patiently(what, act, { mine: isMissing });
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  #key(sha256: string): string {
    return `${this.#prefix}${sha256.slice(0, 2)}/${sha256}`;
  }
}

const base64Of = (sha256: string): string => Buffer.from(sha256, "hex").toString("base64");
