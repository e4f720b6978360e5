import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { makeDirectory, syncDirectory } from "@bnas/disk";
import { asNoRoom, invalidInput, noRoom } from "@bnas/errors";

const newline = 0x0a;
/** Bytes read at once: what a file of a million facts may cost in memory. */
const CHUNK_BYTES = 16 * 2 ** 20;

/** A whole line without its newline. `number` counts from 1, `offset` in bytes from the start of the file. */
export type FileLine = { readonly number: number; readonly offset: number; readonly bytes: Buffer };

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

  /** The whole lines since the last call, of whatever process, many at a time. */
  async *next(): AsyncGenerator<readonly FileLine[]> {
    const { size } = await this.#file.stat();
    if (size < this.#read) {
      throw invalidInput(
        this.path,
        `${size} bytes`,
        `at least ${this.#read} bytes, which it had`,
        "Another program cut the file while it was in use: stop it, restore the file from a copy and start again.",
      );
    }
    while (this.#read < size) {
      const chunk = Buffer.alloc(Math.min(size - this.#read, CHUNK_BYTES));
      const { bytesRead } = await this.#file.read(chunk, 0, chunk.length, this.#read);
      if (bytesRead === 0) break;
      this.#read += bytesRead;
      yield this.#split(Buffer.concat([this.#tail, chunk.subarray(0, bytesRead)]));
    }
  }

  #split(bytes: Buffer): FileLine[] {
    const lines: FileLine[] = [];
    const start = this.#read - bytes.length;
    let begin = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, begin)) {
      this.#lines++;
      lines.push({ number: this.#lines, offset: start + begin, bytes: bytes.subarray(begin, end) });
      begin = end + 1;
    }
    this.#tail = bytes.subarray(begin);
    return lines;
  }

  /** Bytes that were read before. */
  async at(offset: number, length: number): Promise<Buffer> {
    const { buffer, bytesRead } = await this.#file.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  }

  /**
   * Add a line after all that there is: one write, then fsync. When `next` has seen a line cut off at the end, it is ended
   * first. Rejects (a full disk) with the file as usable as before: what was written of the line stays as a line cut off.
   */
  async append(line: string): Promise<void> {
    await this.#checkLinked();
    const bytes = Buffer.from(`${this.#tail.length > 0 ? "\n" : ""}${line}\n`);
    try {
      const { bytesWritten } = await this.#file.write(bytes, 0, bytes.length, null);
      if (bytesWritten < bytes.length) {
        throw noRoom(`${this.path} took ${bytesWritten} of ${bytes.length} bytes`, "Make room on its disk.");
      }
      await this.#file.datasync();
    } catch (error) {
      throw asNoRoom(error, this.path);
    }
  }

  /** Resolves when all lines that were read are on the disk, no matter which process wrote them. */
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
    throw invalidInput(
      this.path,
      "deleted",
      "a file that stays while it is in use",
      "Another program deleted or replaced the file: stop its users and start again.",
    );
  }
}
