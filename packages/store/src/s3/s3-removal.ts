import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import type { S3Link } from "./s3-link.js";

/** A process that has announced a removal gives up after this time; a process that waits for one waits longer. */
const LONGEST_REMOVAL_MS = 30_000;
const longestWaitMs = 4 * LONGEST_REMOVAL_MS;

/**
 * Removals in progress. S3 removes without a condition, so a blob that is put between the last check and its removal would be lost.
 * Therefore a process that removes writes a mark first, checks, removes, and deletes the mark; a process that has put a blob waits
 * until there is no mark and then checks whether the blob exists. Either the remover sees the new blob, or the writer sees the mark
 * or the missing blob.
 */
export class S3Removals {
  readonly #link: S3Link;
  readonly #prefix: string;

  /** @param prefix of the store, with a slash at its end, or "" */
  constructor(link: S3Link, prefix: string) {
    this.#link = link;
    this.#prefix = `${prefix}.removing/`;
  }

  /** Do the removal under a mark. `late` says that it has taken so long that it must not be done any more. */
  async during<Answer>(sha256: string, act: (late: () => boolean) => Promise<Answer>): Promise<Answer> {
    const Key = `${this.#prefix}${sha256}/${randomUUID()}`;
    const begun = performance.now();
    await this.#link.patiently(`announce the removal of ${sha256}`, (client) =>
      client.send(new PutObjectCommand({ Bucket: this.#link.bucket, Key, Body: new Uint8Array() })),
    );
    try {
      return await act(() => performance.now() - begun > LONGEST_REMOVAL_MS);
    } finally {
      await this.#deleteMark(Key);
    }
  }

  /** Wait until no removal of a blob is in progress. A mark that stays is of a process that was killed. */
  async over(sha256: string): Promise<void> {
    const end = performance.now() + longestWaitMs;
    for (;;) {
      const { keys } = await this.#page(`${sha256}/`);
      if (keys.length === 0 || performance.now() > end) return;
      await sleep(50);
    }
  }

  /** Take back the marks of those who were killed before a time. Gives how many. */
  async sweep(before: number): Promise<number> {
    let swept = 0;
    for (let from: string | undefined, more = true; more; more = from !== undefined) {
      const page = await this.#page("", from);
      for (const { key, putAt } of page.keys) {
        if (putAt > before) continue;
        await this.#deleteMark(key);
        swept++;
      }
      from = page.next;
    }
    return swept;
  }

  async #deleteMark(Key: string): Promise<void> {
    await this.#link.patiently(`remove ${Key}`, (client) =>
      client.send(new DeleteObjectCommand({ Bucket: this.#link.bucket, Key })),
    );
  }

  async #page(below: string, from?: string) {
    const asked = { Bucket: this.#link.bucket, Prefix: `${this.#prefix}${below}`, ContinuationToken: from };
    const page = await this.#link.patiently("list removals", (client) => client.send(new ListObjectsV2Command(asked)));
    const keys = (page.Contents ?? []).flatMap(({ Key, LastModified }) =>
      Key === undefined || LastModified === undefined ? [] : [{ key: Key, putAt: LastModified.getTime() }],
    );
    return { keys, next: page.IsTruncated === true ? page.NextContinuationToken : undefined };
  }
}
