import type { FileHandle } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { invalidInput, LIMITS } from "@bnas/errors";
import type { DataFiles } from "../files/data-files.js";
import { shown } from "../files/shown.js";
import { damaged } from "./damaged.js";
import { withinBudget } from "./memory-budget.js";

/** What a reader needs to know about the file that it opens. */
export type FileToRead = { readonly files: DataFiles; readonly uri: string; readonly file: string };

/** `budget`: the most bytes that may be held. */
export type FileToHold = FileToRead & { readonly budget: number };

const PIECE = 64 * 2 ** 20;
const UNPACKED_AT_ONCE = 2 ** 20;

/** A file that unpacks to more than SMALL may unpack to so many times its size: MNIST has 5, scanned forms have 50. */
const MOST_RATIO = LIMITS["data.unpacked"].value;
const SMALL = 64 * 2 ** 20;

/** The bytes of a file as they lie on the disk. Rejects with InvalidInput on `dataset`: not there, not readable, too large. */
export const readRaw = async ({ files, uri, file, budget }: FileToHold): Promise<Buffer> => {
  await using handle = await files.open(uri, file);
  const { size } = await handle.stat();
  withinBudget(uri, size, budget);
  return await files.asked(uri, file, () => filled(handle, size));
};

/** The first bytes of a file, at most `most`. Rejects as `readRaw` does. */
export const readBeginning = async ({ files, uri, file }: FileToRead, most: number): Promise<Buffer> => {
  await using handle = await files.open(uri, file);
  return await files.asked(uri, file, async () => filled(handle, Math.min((await handle.stat()).size, most)));
};

const filled = async (handle: FileHandle, size: number): Promise<Buffer> => {
  // In pieces: one read takes 2 GiB at most.
  const bytes = Buffer.allocUnsafe(size);
  let length = 0;
  while (length < size) {
    const { bytesRead } = await handle.read(bytes, length, Math.min(PIECE, size - length), length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
};

/** The bytes of a file that says in its header how many it has; `more`: it has more than that. */
type Declared = { readonly bytes: Uint8Array; readonly more: boolean };

/**
 * The bytes of a file, unpacked if it begins as gzip does (RFC 1952), whatever its name. Its header is read first: no memory is taken for
 * a file that is too large, and none beyond what it declares. Rejects with InvalidInput on `dataset`.
 * @param header bytes of the header @param declared from the header to the bytes of the whole file; it may refuse
 */
export const readDeclared = async (
  { files, uri, file, budget }: FileToHold,
  header: number,
  declared: (header: Uint8Array) => number,
  signal?: AbortSignal,
): Promise<Declared> => {
  await using handle = await files.open(uri, file);
  const { size } = await handle.stat();
  const beginning = await filled(handle, Math.min(2, size));
  const packed = beginning[0] === 0x1f && beginning[1] === 0x8b;
  const allow = (bytes: number) => {
    withinBudget(uri, bytes, budget);
    if (!packed || bytes <= Math.max(SMALL, size * MOST_RATIO)) return;
    throw damaged(uri, {
      file,
      byte: 0,
      expected: `gzip data that unpacks to ${MOST_RATIO} times its ${size} bytes at most`,
      found: `${bytes} bytes`,
    });
  };
  const reading: Reading = { on: true, last: Promise.resolve() };
  const source = Readable.from(piecesOf(handle, reading), { objectMode: false });
  const gunzip = packed ? createGunzip({ chunkSize: UNPACKED_AT_ONCE }) : undefined;
  // The loop below throws what fails in it.
  const bytes = gunzip === undefined ? source : pipeline(source, gunzip, () => {});
  try {
    return await files.asked(uri, file, () => collect(bytes, { header, declared, allow, signal }));
  } catch (error) {
    if (!isZlibError(error)) throw error;
    const found = error.code === "Z_BUF_ERROR" ? "the end of the file" : error.message;
    const expected = "gzip data that ends in its checksum";
    throw damaged(uri, { file, byte: gunzip?.bytesWritten ?? 0, expected, found });
  } finally {
    // A file that is still being read cannot be closed.
    reading.on = false;
    source.destroy();
    await reading.last.catch(() => {});
  }
};

/** The reading of a file in pieces: whether it continues, and its last call of the system. */
type Reading = { on: boolean; last: Promise<unknown> };

async function* piecesOf(handle: FileHandle, reading: Reading): AsyncGenerator<Buffer> {
  for (let position = 0; reading.on; ) {
    const read = handle.read(Buffer.allocUnsafe(UNPACKED_AT_ONCE), 0, UNPACKED_AT_ONCE, position);
    reading.last = read;
    const { bytesRead, buffer } = await read;
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

type Collecting = {
  readonly header: number;
  readonly declared: (header: Uint8Array) => number;
  readonly allow: (bytes: number) => void;
  readonly signal: AbortSignal | undefined;
};

const collect = async (
  pieces: AsyncIterable<Buffer>,
  { header, declared, allow, signal }: Collecting,
): Promise<Declared> => {
  let beginning = Buffer.alloc(0);
  let whole: Uint8Array | undefined;
  let length = 0;
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    let from: Buffer = piece;
    if (whole === undefined) {
      beginning = Buffer.concat([beginning, piece]);
      if (beginning.length < header) continue;
      const bytes = declared(beginning.subarray(0, header));
      allow(bytes);
      whole = new Uint8Array(bytes);
      from = beginning;
    }
    const fits = Math.min(from.length, whole.length - length);
    whole.set(from.subarray(0, fits), length);
    length += fits;
    if (fits < from.length) return { bytes: whole, more: true };
  }
  return whole === undefined ? { bytes: beginning, more: false } : { bytes: whole.subarray(0, length), more: false };
};

/** A file of a few lines, such as the names of classes. Rejects with InvalidInput on `dataset`. */
export const readText = async (file: FileToRead, most: number): Promise<string> => {
  const bytes = await readBeginning(file, most + 1);
  if (bytes.length <= most) return bytes.toString("utf8");
  throw invalidInput(
    "dataset",
    file.uri,
    `${shown(file.file)} of ${most} bytes or less`,
    "It is a list of names, one a line.",
  );
};

/** zlib is not the operating system: its errors name no call of that. */
const isZlibError = (error: unknown): error is Error & { readonly code: string } =>
  error instanceof Error && "code" in error && String(error.code).startsWith("Z_");

/** The same memory as a plain array: pixels of all readers are of one class, which keeps the loops over them fast. */
export const plain = ({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
