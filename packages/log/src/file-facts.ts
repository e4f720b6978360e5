import { readLine } from "./fact-line.js";
import type { Listed } from "./fact-list.js";
import type { Stored } from "./fact-log.js";
import type { LineFile } from "./line-file.js";

/** Facts with less than so many bytes between them are read from the file together, up to so many bytes. */
const GAP_BYTES = 2 ** 16;
const TOGETHER_BYTES = 2 ** 22;

/** Where in the file a fact is; and the fact itself, if its search has not ended and it came after the file was opened. */
export type InFile = Listed & { readonly offset: number; readonly length: number; stored: Stored | undefined };

/** The facts of a file by their places. */
export class FileFacts {
  readonly #file: LineFile;
  readonly #loading = new Set<Promise<unknown>>();

  constructor(file: LineFile) {
    this.#file = file;
  }

  async load(entry: InFile): Promise<Stored> {
    const [stored] = entry.stored === undefined ? await this.loadAll([entry]) : [entry.stored];
    if (stored === undefined) throw new Error(`${this.#file.path} line ${entry.sequence} holds no fact any more`);
    return stored;
  }

  /** @param entries in the order of the file */
  loadAll(entries: readonly InFile[]): Promise<readonly Stored[]> {
    const loading = (async () => {
      const facts: Stored[] = [];
      for (const near of together(entries)) for (const fact of await this.#loadNear(near)) facts.push(fact);
      return facts;
    })();
    this.#loading.add(loading);
    const gone = () => this.#loading.delete(loading);
    loading.then(gone, gone);
    return loading;
  }

  /** Resolves when nothing is being loaded: the file may be closed. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#loading);
  }

  /** Facts that lie near each other, by one read of the file. */
  async #loadNear(entries: readonly InFile[]): Promise<readonly Stored[]> {
    const kept = entries.flatMap(({ stored }) => stored ?? []);
    if (kept.length === entries.length) return kept;
    const start = entries[0]?.offset ?? 0;
    const bytes = await this.#file.at(start, endOf(entries.at(-1)) - start);
    return entries.flatMap(({ stored, sequence, offset, length }) => {
      if (stored !== undefined) return stored;
      const line = bytes.subarray(offset - start, offset - start + length);
      const read = readLine(line, `${this.#file.path} line ${sequence}`);
      return read === null ? [] : { ...read.recorded, sequence };
    });
  }
}

const endOf = (entry: InFile | undefined): number => (entry === undefined ? 0 : entry.offset + entry.length);

/** Entries in the order of the file, by what is read at once. */
const together = (entries: readonly InFile[]): readonly (readonly InFile[])[] => {
  const groups: InFile[][] = [];
  for (const entry of entries) {
    const group = groups.at(-1);
    const isNear = entry.offset - endOf(group?.at(-1)) < GAP_BYTES;
    if (isNear && group !== undefined && endOf(entry) - (group[0]?.offset ?? 0) < TOGETHER_BYTES) group.push(entry);
    else groups.push([entry]);
  }
  return groups;
};
