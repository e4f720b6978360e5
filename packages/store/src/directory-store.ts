import { randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { open, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { checkSha256, freeBytes, isSha256, makeDirectory, SHA256_DIGITS, sha256Of, syncDirectory } from "@bnas/disk";
import { asNoRoom, type BnasError, noRoom, systemErrorCode } from "@bnas/errors";
import { blobAltered, blobMissing } from "./blob-errors.js";
import { type BlobStore, type StoredBlob, TOUCH_AFTER_MS } from "./blob-store.js";

/** A disk with less has no room for what a search puts next. */
const LEAST_FREE = 2 ** 20;

/**
 * Blobs as files: `<root>/<first two digits>/<sha256>`. Any number of processes may share a root. A file gets its name
 * only when its bytes are on the disk, so a name never stands for half a blob.
 */
export class DirectoryStore implements BlobStore {
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  static async open(root: string): Promise<DirectoryStore> {
    await makeDirectory(root);
    return new DirectoryStore(root);
  }

  async put(bytes: Uint8Array): Promise<string> {
    const sha256 = sha256Of(bytes);
    const folder = this.#folder(sha256);
    // Bytes that were altered on the disk do not count as put: they are written again.
    const there = (await this.#read(sha256))?.equals(bytes) === true && (await this.#touch(sha256));
    try {
      if (!there) await this.#write(folder, sha256, bytes);
      // Also when another process has put the blob: it may not have come to this line yet.
      await syncDirectory(folder);
    } catch (error) {
      throw asNoRoom(error, `the store ${this.#root}`);
    }
    return sha256;
  }

  async #write(folder: string, sha256: string, bytes: Uint8Array): Promise<void> {
    await makeDirectory(folder);
    const partial = join(folder, `.${sha256}.${randomUUID()}`);
    try {
      const file = await open(partial, "wx");
      try {
        await file.writeFile(bytes);
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(partial, this.#path(sha256));
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
  }

  async get(sha256: string): Promise<Uint8Array> {
    const bytes = await this.#read(checkSha256(sha256));
    if (bytes === undefined) throw blobMissing(sha256, this.#path(sha256));
    const actual = sha256Of(bytes);
    if (actual !== sha256) throw blobAltered(sha256, this.#path(sha256), actual);
    return bytes;
  }

  async has(sha256: string): Promise<boolean> {
    return (await statOf(this.#path(checkSha256(sha256))))?.isFile() === true;
  }

  async *list(): AsyncIterable<StoredBlob> {
    for await (const { name, path } of this.#files()) {
      const found = isSha256(name) ? await statOf(path) : undefined;
      if (found?.isFile()) yield { sha256: name, bytes: found.size, putAt: found.mtimeMs };
    }
  }

  async remove(sha256: string, before: number): Promise<boolean> {
    const path = this.#path(checkSha256(sha256));
    const found = await statOf(path);
    if (found === undefined || found.mtimeMs > before) return false;
    // Out of the way first: a put that comes now finds nothing and writes. One that has touched the file just before is seen.
    const aside = join(this.#folder(sha256), `.${sha256}.${randomUUID()}`);
    if (!(await isThere(rename(path, aside)))) return false;
    const touched = (await stat(aside)).mtimeMs > before;
    if (touched) await rename(aside, path);
    else await rm(aside);
    return !touched;
  }

  async sweep(before: number): Promise<number> {
    let swept = 0;
    for await (const { name, path } of this.#files()) {
      if (!PARTIAL_NAME.test(name)) continue;
      const found = await statOf(path);
      if (found === undefined || found.mtimeMs > before) continue;
      await rm(path, { force: true });
      swept++;
    }
    return swept;
  }

  /** As far as the system says what is free: a quota of a user is seen by a put only. */
  async full(): Promise<BnasError | undefined> {
    const free = await freeBytes(this.#root);
    if (free >= LEAST_FREE) return undefined;
    return noRoom(
      `the store ${this.#root}: its disk is full (${free} bytes are free)`,
      "`bnas delete` and `bnas gc` work and make room; or make room there. Nothing was lost, and what waits continues by itself.",
    );
  }

  async *#files(): AsyncIterable<{ readonly name: string; readonly path: string }> {
    for (const folder of await readdir(this.#root, { withFileTypes: true })) {
      if (!folder.isDirectory() || !/^[0-9a-f]{2}$/.test(folder.name)) continue;
      for (const name of await readdir(join(this.#root, folder.name))) {
        yield { name, path: join(this.#root, folder.name, name) };
      }
    }
  }

  /** Let a blob that is there count as put now. False: it is not there any more. */
  async #touch(sha256: string): Promise<boolean> {
    const path = this.#path(sha256);
    const found = await statOf(path);
    if (found === undefined) return false;
    const now = new Date();
    return now.getTime() - found.mtimeMs < TOUCH_AFTER_MS || isThere(utimes(path, now, now));
  }

  #folder(sha256: string): string {
    return join(this.#root, sha256.slice(0, 2));
  }

  #path(sha256: string): string {
    return join(this.#folder(sha256), sha256);
  }

  #read(sha256: string): Promise<Buffer | undefined> {
    return ifThere(readFile(this.#path(sha256)));
  }
}

/** What a write or a removal that was cut off leaves. */
const PARTIAL_NAME = new RegExp(`^\\.${SHA256_DIGITS}\\.[-0-9a-f]{36}$`);

/** Undefined where there is no such file. */
const ifThere = async <Answer>(asked: Promise<Answer>): Promise<Answer | undefined> => {
  try {
    return await asked;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
};

const statOf = (path: string): Promise<Stats | undefined> => ifThere(stat(path));
const isThere = async (done: Promise<void>): Promise<boolean> => (await ifThere(done.then(() => true))) === true;
