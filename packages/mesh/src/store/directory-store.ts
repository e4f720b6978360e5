import { randomUUID } from "node:crypto";
import { open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { makeDirectory, syncDirectory } from "../durable-directory.js";
import { systemErrorCode } from "../system-error.js";
import { BlobAltered, BlobMissing } from "./blob-errors.js";
import type { BlobStore } from "./blob-store.js";
import { checkSha256, isSha256, sha256Of } from "./sha256.js";

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
    if (!(await this.#read(sha256))?.equals(bytes)) await this.#write(folder, sha256, bytes);
    // Also when another process has put the blob: it may not have come to this line yet.
    await syncDirectory(folder);
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
    if (bytes === undefined) throw new BlobMissing(sha256, this.#path(sha256));
    const actual = sha256Of(bytes);
    if (actual !== sha256) throw new BlobAltered(sha256, this.#path(sha256), actual);
    return bytes;
  }

  async has(sha256: string): Promise<boolean> {
    try {
      return (await stat(this.#path(checkSha256(sha256)))).isFile();
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return false;
      throw error;
    }
  }

  async *list(): AsyncIterable<string> {
    for (const folder of await readdir(this.#root, { withFileTypes: true })) {
      if (!folder.isDirectory()) continue;
      for (const name of await readdir(join(this.#root, folder.name))) if (isSha256(name)) yield name;
    }
  }

  #folder(sha256: string): string {
    return join(this.#root, sha256.slice(0, 2));
  }

  #path(sha256: string): string {
    return join(this.#folder(sha256), sha256);
  }

  async #read(sha256: string): Promise<Buffer | undefined> {
    try {
      return await readFile(this.#path(sha256));
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return undefined;
      throw error;
    }
  }
}
