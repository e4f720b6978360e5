import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { invalidInput } from "@bnas/errors";
import { damaged } from "./damaged.js";
import { unreadable } from "./existing-path.js";
import { withinBudget } from "./memory-budget.js";

/** What a reader needs to know about the file that it opens. `budget`: the most bytes that may be held, unpacked. */
export type FileToRead = { readonly uri: string; readonly file: string; readonly budget: number };

const PIECE = 64 * 2 ** 20;

/**
 * The bytes of a file, unpacked if it begins as gzip does (RFC 1952), whatever its name.
 * @throws InvalidInput on `dataset`: not there, not readable, too large, or damaged gzip
 */
export const readWhole = async ({ uri, file, budget }: FileToRead): Promise<Uint8Array> => {
  const bytes = await readRaw({ uri, file, budget });
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? unpack({ uri, file, budget }, bytes) : plain(bytes);
};

/** The bytes of a file as they lie on the disk, or the first `most` of them. @throws InvalidInput on `dataset` */
export const readRaw = async ({ uri, file, budget }: FileToRead, most = Number.POSITIVE_INFINITY): Promise<Buffer> => {
  try {
    // Without waiting for the other end, should it be a pipe.
    await using handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await handle.stat();
    if (!stats.isFile() && !stats.isDirectory()) {
      throw invalidInput("dataset", uri, "files where files belong", `${file} is neither a file nor a folder.`);
    }
    const size = Math.min(stats.size, most);
    withinBudget(uri, size, budget);
    // In pieces: one read takes 2 GiB at most.
    const bytes = Buffer.allocUnsafe(size);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await handle.read(bytes, filled, Math.min(PIECE, size - filled), filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } catch (error) {
    throw await unreadable(uri, file, error);
  }
};

const unpack = async ({ uri, file, budget }: FileToRead, packed: Uint8Array): Promise<Uint8Array> => {
  const gunzip = createGunzip({ chunkSize: 2 ** 20 });
  gunzip.end(packed);
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of gunzip) {
      pieces.push(piece);
      length += piece.length;
      withinBudget(uri, length, budget);
    }
  } catch (error) {
    if (!isZlibError(error)) throw error;
    const found = error.code === "Z_BUF_ERROR" ? "the end of the file" : error.message;
    throw damaged(uri, { file, byte: gunzip.bytesWritten, expected: "gzip data that ends in its checksum", found });
  }
  return plain(Buffer.concat(pieces, length));
};

/** zlib is not the operating system: its errors name no call of that. */
const isZlibError = (error: unknown): error is Error & { readonly code: string } =>
  error instanceof Error && "code" in error && String(error.code).startsWith("Z_");

/** The same memory as a plain array: pixels of all readers are of one class, which keeps the loops over them fast. */
export const plain = ({ buffer, byteOffset, byteLength }: Buffer): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
