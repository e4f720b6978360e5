import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { InvalidInput } from "@bnas/search";
import { makeDirectory, syncDirectory } from "../durable-directory.js";

const newline = 0x0a;

/**
 * A file that only grows, by whole lines, and that several processes of one machine write without a lock: O_APPEND puts each
 * write, which is one line, after all others. (NFS does not: give each machine its own file, or use NATS.)
 */
export class LineFile {
  readonly path: string;
  readonly #file: FileHandle;
  /** Lines read so far, and the bytes after the last of them: a line that is being written or was cut off. */
  #lines = 0;
  #tail: Buffer = Buffer.alloc(0);
  /** Bytes read so far, the tail included, and how many of them are known to be on the disk. */
  #read = 0;
  #safe = 0;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  /** Open, or make with its folder. Closed again when it cannot be made durable. */
  static async open(path: string): Promise<LineFile> {
    await makeDirectory(dirname(path));
    const file = await open(path, "a+");
    try {
      await syncDirectory(dirname(path));
    } catch (error) {
      await file.close();
      throw error;
    }
    return new LineFile(path, file);
  }

  /** The whole lines since the last call, of whatever process, without their newlines. `number` counts from 1. */
  async next(): Promise<readonly { readonly number: number; readonly bytes: Buffer }[]> {
    const { size } = await this.#file.stat();
    if (size < this.#read) {
      throw new InvalidInput(
        this.path,
        `${size} bytes`,
        `at least ${this.#read} bytes, which it had`,
        "Somebody cut the file while it was in use: stop them, take the file from a copy and start again.",
      );
    }
    const come = [this.#tail];
    while (this.#read < size) {
      const chunk = Buffer.alloc(size - this.#read);
      const { bytesRead } = await this.#file.read(chunk, 0, chunk.length, this.#read);
      if (bytesRead === 0) break;
      come.push(chunk.subarray(0, bytesRead));
      this.#read += bytesRead;
    }
    return this.#split(come.length === 1 ? this.#tail : Buffer.concat(come));
  }

  #split(bytes: Buffer): { number: number; bytes: Buffer }[] {
    const lines: { number: number; bytes: Buffer }[] = [];
    let begin = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, begin)) {
      this.#lines++;
      lines.push({ number: this.#lines, bytes: bytes.subarray(begin, end) });
      begin = end + 1;
    }
    this.#tail = bytes.subarray(begin);
    return lines;
  }

  /**
   * Add a line after all that there is: one write, then fsync. When `next` has seen a line cut off at the end, it is ended
   * first. Rejects (a full disk) with the file as usable as before: what was written of the line stays as a line cut off.
   */
  async append(line: string): Promise<void> {
    await this.#checkLinked();
    const bytes = Buffer.from(`${this.#tail.length > 0 ? "\n" : ""}${line}\n`);
    const { bytesWritten } = await this.#file.write(bytes, 0, bytes.length, null);
    if (bytesWritten < bytes.length) {
      throw new Error(`${this.path} took ${bytesWritten} of ${bytes.length} bytes: is its disk full?`);
    }
    await this.#file.datasync();
  }

  /** Resolves when all lines that were read are on the disk, whoever wrote them. */
  async sync(): Promise<void> {
    const read = this.#read;
    if (read === this.#safe) return;
    await this.#file.datasync();
    this.#safe = read;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Lines in a file without a name would be lost with this process. */
  async #checkLinked(): Promise<void> {
    const { nlink } = await this.#file.stat();
    if (nlink > 0) return;
    throw new InvalidInput(
      this.path,
      "deleted",
      "a file that stays while it is in use",
      "Somebody deleted or replaced the file: stop its users and start again.",
    );
  }
}
