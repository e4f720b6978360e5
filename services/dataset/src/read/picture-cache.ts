import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256Of } from "@bnas/disk";
import { messageOf, systemErrorCode } from "@bnas/errors";
import type { Picture } from "../divide/dataset.js";
import { plain } from "./read-whole.js";

/** The first bytes of a file of the cache, with the version of its form. */
const MAGIC = Buffer.from("bnaspix1");
/** Magic, height and width (32 bits each, little-endian), SHA-256 of all that follows and of the two sides. */
const HEADER = MAGIC.length + 8 + 32;

/** Folders over which files are spread by their names; each keeps to its share of the limit. */
const FOLDERS = 64;
/** What is left of a folder that was too large. */
const KEPT = 7 / 8;
/** A file that is being written has a name that begins so. */
const UNFINISHED = ".";

/**
 * Decoded pictures in a folder of the disk, by name, so that none is decoded twice, also by the next process. A cache alone: what it
 * holds can be made again, so whatever is wrong with it costs time and nothing else.
 *
 * A file is written under another name and renamed, and holds a digest of what is in it: one that was cut by a crash, or has rotted,
 * is taken for none and made again. A folder that takes more than its share of the limit loses its oldest files. Where nothing can be
 * written, as on a full disk, `warn` is called once and nothing is written any more; what is there is still read. Any number of
 * processes may use one folder.
 */
export class PictureCache {
  readonly #path: string;
  readonly #share: number;
  readonly #warn: (message: string) => void;
  /** Bytes in each folder that was looked at. What other processes write meanwhile is seen when files are taken away. */
  readonly #bytes = new Map<string, number>();
  #writing = true;

  /** @param path of the folder, made when it is not there @param limit bytes of all files together */
  constructor(path: string, limit: number, warn: (message: string) => void) {
    this.#path = path;
    this.#share = limit / FOLDERS;
    this.#warn = warn;
  }

  /** The picture of this name, if it is there and whole. */
  async get(name: string): Promise<Picture | undefined> {
    try {
      return decode(await readFile(this.#fileOf(name).file));
    } catch (error) {
      // What cannot be read is as if it were not there: the picture is decoded.
      if (systemErrorCode(error) === undefined) throw error;
      return undefined;
    }
  }

  /** Keeps a picture, unless nothing can be written. */
  async set(name: string, picture: Picture): Promise<void> {
    if (!this.#writing) return;
    const { folder, file } = this.#fileOf(name);
    const bytes = encode(picture);
    if (bytes.length > this.#share) return;
    const unfinished = join(folder, `${UNFINISHED}${randomUUID()}`);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      if (!this.#bytes.has(folder)) this.#bytes.set(folder, total(await filesIn(folder)));
      await writeFile(unfinished, bytes, { mode: 0o600 });
      await rename(unfinished, file);
      await this.#count(folder, bytes.length);
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => {});
      // Another process took the unfinished file away, or the whole folder: there will be a next time.
      if (systemErrorCode(error) !== "ENOENT") this.#stopWriting(error);
    }
  }

  async #count(folder: string, bytes: number): Promise<void> {
    const now = (this.#bytes.get(folder) ?? 0) + bytes;
    this.#bytes.set(folder, now);
    if (now <= this.#share) return;
    // So that no other call begins to take files away, too.
    this.#bytes.set(folder, 0);
    this.#bytes.set(folder, await evict(folder, this.#share * KEPT));
  }

  #stopWriting(error: unknown): void {
    if (!this.#writing) return;
    this.#writing = false;
    this.#warn(
      `Decoded pictures are no longer kept in ${this.#path}: ${messageOf(error)}. Images are decoded each time instead; make room and restart the dataset service.`,
    );
  }

  #fileOf(name: string): { readonly folder: string; readonly file: string } {
    const digest = sha256Of(name);
    const number = Number.parseInt(digest.slice(0, 2), 16) % FOLDERS;
    const folder = join(this.#path, String(number).padStart(2, "0"));
    return { folder, file: join(folder, digest) };
  }
}

type CachedFile = { readonly file: string; readonly size: number; readonly written: number };

const total = (files: readonly CachedFile[]): number => files.reduce((sum, { size }) => sum + size, 0);

/** The files of a folder, without those that another process takes away meanwhile. */
const filesIn = async (folder: string): Promise<CachedFile[]> => {
  const files: CachedFile[] = [];
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    try {
      const { size, mtimeMs } = await stat(file);
      files.push({ file, size, written: mtimeMs });
    } catch (error) {
      if (systemErrorCode(error) !== "ENOENT") throw error;
    }
  }
  return files;
};

/** Takes away the oldest files until the rest takes `most` bytes; says how many it takes. */
const evict = async (folder: string, most: number): Promise<number> => {
  const files = await filesIn(folder);
  files.sort((one, other) => one.written - other.written || (one.file < other.file ? -1 : 1));
  let bytes = total(files);
  for (const { file, size } of files) {
    if (bytes <= most) break;
    await rm(file, { force: true });
    bytes -= size;
  }
  return bytes;
};

const encode = ({ pixels, at, height, width }: Picture): Buffer => {
  const size = height * width * 3;
  const bytes = Buffer.alloc(HEADER + size);
  MAGIC.copy(bytes);
  bytes.writeUInt32LE(height, MAGIC.length);
  bytes.writeUInt32LE(width, MAGIC.length + 4);
  bytes.set(pixels.subarray(at, at + size), HEADER);
  digestOfContent(bytes).copy(bytes, MAGIC.length + 8);
  return bytes;
};

/** Undefined for bytes that are not whole. */
const decode = (bytes: Buffer): Picture | undefined => {
  if (bytes.length < HEADER || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const height = bytes.readUInt32LE(MAGIC.length);
  const width = bytes.readUInt32LE(MAGIC.length + 4);
  if (bytes.length !== HEADER + height * width * 3) return undefined;
  if (!digestOfContent(bytes).equals(bytes.subarray(MAGIC.length + 8, HEADER))) return undefined;
  return { pixels: plain(bytes), at: HEADER, height, width };
};

const digestOfContent = (bytes: Buffer): Buffer =>
  createHash("sha256")
    .update(bytes.subarray(MAGIC.length, MAGIC.length + 8))
    .update(bytes.subarray(HEADER))
    .digest();
