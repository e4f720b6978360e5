import type { Picture } from "../divide/dataset.js";

/** Bytes that an entry takes beside its pixels: its name, and its place in the table. */
const OVERHEAD = 256;

/**
 * Decoded pictures in memory, by name. When they take more than the limit, those that were not asked for longest are let go. The limit
 * may be changed at any time: it is what the datasets that lie whole in memory leave.
 */
export class PictureMemory {
  readonly #pictures = new Map<string, Picture>();
  #limit: number;
  #bytes = 0;

  /** @param limit bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes that are taken. */
  get bytes(): number {
    return this.#bytes;
  }

  get(name: string): Picture | undefined {
    const picture = this.#pictures.get(name);
    if (picture === undefined) return undefined;
    this.#pictures.delete(name);
    this.#pictures.set(name, picture);
    return picture;
  }

  set(name: string, picture: Picture): void {
    this.#forget(name);
    if (bytesOf(picture) > this.#limit) return;
    this.#pictures.set(name, picture);
    this.#bytes += bytesOf(picture);
    this.#shrink();
  }

  limitTo(bytes: number): void {
    this.#limit = bytes;
    this.#shrink();
  }

  #shrink(): void {
    // A Map gives its names in the order in which they were set.
    for (const name of this.#pictures.keys()) {
      if (this.#bytes <= this.#limit) return;
      this.#forget(name);
    }
  }

  #forget(name: string): void {
    const picture = this.#pictures.get(name);
    if (picture === undefined) return;
    this.#pictures.delete(name);
    this.#bytes -= bytesOf(picture);
  }
}

const bytesOf = ({ pixels }: Picture): number => pixels.byteLength + OVERHEAD;
