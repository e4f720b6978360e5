import { sha256Of } from "@bnas/disk";
import { invalidInput } from "@bnas/errors";
import type { Form, Picture, StoredImages } from "../divide/dataset.js";
import type { DataFiles } from "../files/data-files.js";
import { shown } from "../files/shown.js";
import { DECODER, decodeImage, type ImageFile, readImageHeader } from "./decode-image.js";
import type { Decode } from "./decoder-pool.js";
import { fileOf, type Listing } from "./folder-listing.js";
import type { PictureCache } from "./picture-cache.js";
import type { PictureMemory } from "./picture-memory.js";
import { plain, readRaw } from "./read-whole.js";
import { WeighedGate } from "./weighed-gate.js";

/** Height and width of the images of a dataset. */
export type Frame = { readonly height: number; readonly width: number };

/** Of the memory that there is for datasets, the share that pictures may take while they are decoded. */
const DECODING_SHARE = 1 / 4;
const LEAST_FOR_DECODING = 64 * 2 ** 20;

/** A roomy picture is scaled by 8/7, as 224 pixels are mostly cut out of 256, and its longer side is at most 4 times the shorter one. */
const ROOM = 8 / 7;
const LONGEST = 4;

/**
 * Reads pictures for all folders that are open: out of memory, out of the cache on the disk, or by decoding them. A picture is named by the
 * SHA-256 of its file, what is made of it, and the version of the decoder, so none of them can give another than decoding would.
 */
export class PictureReader {
  readonly files: DataFiles;
  readonly memory: PictureMemory;
  readonly #cache: PictureCache | undefined;
  readonly #gate: WeighedGate;
  readonly #decodes: Decode;
  readonly #budget: number;

  /** @param budget bytes: the most of a file, and four times the most that is decoded at once */
  constructor(
    files: DataFiles,
    budget: number,
    memory: PictureMemory,
    { cache, decode = decodeImage }: { readonly cache?: PictureCache | undefined; readonly decode?: Decode } = {},
  ) {
    this.#decodes = decode;
    this.files = files;
    this.memory = memory;
    this.#cache = cache;
    this.#budget = budget;
    this.#gate = new WeighedGate(Math.max(LEAST_FOR_DECODING, budget * DECODING_SHARE));
  }

  /** The pictures of a listing, none of which is opened yet. */
  images(uri: string, listing: Listing, frame: Frame): StoredImages {
    const digests = new FileDigests(listing.names.length);
    const whereIs = (image: number): Where => ({ uri, file: fileOf(listing, image), image, digests });
    return {
      labels: listing.labels,
      held: digests.bytes + listing.names.reduce((sum, name) => sum + BYTES_A_NAME + name.length, 0),
      read: (image, form) => this.#read(whereIs(image), form, frame),
      fileDigest: async (image) => {
        const where = whereIs(image);
        if (!digests.wasSeen(image)) await readImageHeader(await this.#bytesOf(where));
        return digests.get(image) ?? "";
      },
    };
  }

  async #read(where: Where, form: Form, frame: Frame): Promise<Picture> {
    const known = where.digests.get(where.image);
    const image = known === undefined ? await this.#bytesOf(where) : undefined;
    const name = `${where.digests.get(where.image)} ${form} ${frame.width}x${frame.height} ${DECODER}`;
    const kept = this.memory.get(name) ?? (await this.#cache?.get(name));
    if (kept !== undefined) {
      this.memory.set(name, kept);
      return kept;
    }
    const picture = await this.#decode(image ?? (await this.#bytesOf(where)), form, frame);
    this.memory.set(name, picture);
    await this.#cache?.set(name, picture);
    return picture;
  }

  /** The bytes of a file, which are those of the first time. */
  async #bytesOf({ uri, file, image, digests }: Where): Promise<ImageFile> {
    const bytes = await readRaw({ files: this.files, uri, file, budget: this.#budget });
    const digest = sha256Of(bytes);
    const known = digests.get(image);
    if (known === undefined) digests.set(image, digest);
    else if (known !== digest) {
      const hint = `${shown(file)} is another since. Restore it, or restart the dataset service and begin another search with what is there now.`;
      throw invalidInput("dataset", uri, "files that stay as they were when they were first read", hint);
    }
    return { uri, file, bytes };
  }

  async #decode(image: ImageFile, form: Form, frame: Frame): Promise<Picture> {
    const header = await readImageHeader(image);
    const size = form === "framed" ? frame : roomy(header, frame);
    const pixels = await this.#gate.pass(header.bytes, () => this.#decodes(image, size));
    return { pixels: plain(pixels), at: 0, ...size };
  }
}

type Where = { readonly uri: string; readonly file: string; readonly image: number; readonly digests: FileDigests };

/** What a name takes in memory beside its letters. */
const BYTES_A_NAME = 24;

/** A size in which the frame has room to move: see ROOM. */
const roomy = (header: Frame, frame: Frame): Frame => {
  const shorter = Math.round(Math.max(frame.height, frame.width) * ROOM);
  const longer = (ratio: number) => Math.round(shorter * Math.min(LONGEST, ratio));
  return header.width >= header.height
    ? { height: shorter, width: longer(header.width / header.height) }
    : { height: longer(header.height / header.width), width: shorter };
};

/** SHA-256 of the files of a part, 32 bytes each, as far as they were read. */
class FileDigests {
  readonly #digests: Buffer;
  readonly #seen: Uint8Array;

  constructor(files: number) {
    this.#digests = Buffer.alloc(files * 32);
    this.#seen = new Uint8Array(files);
  }

  get bytes(): number {
    return this.#digests.length + this.#seen.length;
  }

  wasSeen(file: number): boolean {
    return this.#seen[file] === 1;
  }

  get(file: number): string | undefined {
    return this.wasSeen(file) ? this.#digests.toString("hex", file * 32, file * 32 + 32) : undefined;
  }

  set(file: number, digest: string): void {
    this.#digests.write(digest, file * 32, "hex");
    this.#seen[file] = 1;
  }
}
