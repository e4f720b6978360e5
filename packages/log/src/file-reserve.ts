import { randomBytes } from "node:crypto";
import { open, rm, stat, truncate } from "node:fs/promises";
import { dirname } from "node:path";
import { freeBytes } from "@bnas/disk";
import { asNoRoom, type BnasError, hasCode, noRoom, systemErrorCode } from "@bnas/errors";

/** What is kept for facts that make room, which are some kilobytes each. */
const RESERVE_BYTES = 2 ** 20;
/** What is given back at once: other processes write on the same disk and may take it before us. */
const STEP_BYTES = 2 ** 16;
/** Bytes that a large fact takes. */
const A_FACT = 2 ** 14;

const HINT =
  "`bnas delete` works; it and `bnas gc` make room where the blobs are on the same disk. Or make room there. Nothing was lost, and what waits continues by itself.";

/**
 * A file beside a file of facts that takes room on their disk while there is some. When the disk is full it is cut by a step, and
 * a fact that makes room is written in its place.
 */
export class FileReserve {
  readonly #facts: string;
  readonly #path: string;
  #isKept = false;

  /** @param facts the path of the file of facts */
  constructor(facts: string) {
    this.#facts = facts;
    this.#path = `${facts}.reserve`;
  }

  /**
   * Make the reserve whole where there is room for it. Before the first fact nothing waits for room, and nothing is written.
   * @returns that there is no room; undefined: the reserve is whole
   */
  async keep(): Promise<BnasError<"NO_ROOM"> | undefined> {
    if ((await sizeOf(this.#facts)) === 0) return undefined;
    this.#isKept = true;
    const missing = RESERVE_BYTES - (await sizeOf(this.#path));
    const free = await freeBytes(dirname(this.#facts));
    if (free < missing + A_FACT) return this.#full(`${free} bytes are free`);
    if (missing <= 0) return undefined;
    try {
      await this.#grow(missing);
      return undefined;
    } catch (error) {
      const full = asNoRoom(error, this.#path);
      if (!hasCode(full, "NO_ROOM")) throw error;
      return this.#full("it has no room for what is kept for facts that make room", { cause: full });
    }
  }

  /** Give one step of the reserve to the disk. False: there is no more. */
  async openStep(): Promise<boolean> {
    const size = await sizeOf(this.#path);
    if (size === 0) return false;
    await truncate(this.#path, Math.max(0, size - STEP_BYTES));
    return true;
  }

  /** Who has kept it gives it back: the room is free then, and a folder of results has results alone. */
  async remove(): Promise<void> {
    if (this.#isKept) await rm(this.#path, { force: true });
  }

  /** By random bytes: a file system that compresses gives zeros no room. */
  async #grow(bytes: number): Promise<void> {
    const file = await open(this.#path, "a");
    try {
      await file.writeFile(randomBytes(bytes));
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  #full(seen: string, options?: ErrorOptions): BnasError<"NO_ROOM"> {
    return noRoom(`the log ${this.#facts}: its disk is full (${seen})`, HINT, options);
  }
}

const sizeOf = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return 0;
    throw error;
  }
};
