import { matches } from "@bnas/search";

/** Where a fact is in a log. */
export type Listed = { readonly subject: string; readonly sequence: number };

/**
 * The facts of a log, in order and by search, and the readers that wait for more. Of two facts on one subject only the first counts. A
 * log may add fields of its own to an entry.
 */
export class FactList<Entry extends Listed = Listed> {
  /** undefined is a fact that was removed, so that the indices of the others stay. */
  readonly #entries: (Entry | undefined)[] = [];
  /** Indices by id of the search, and by subject in it, in order. */
  readonly #searches = new Map<string, Map<string, number>>();
  readonly #waiting = new Set<() => void>();
  #version = 0;

  /** Add a fact of a later sequence than all before. False, and nothing is added, when its subject has a fact already. */
  add(entry: Entry): boolean {
    const id = idOf(entry.subject);
    const search = this.#searches.get(id) ?? new Map();
    if (search.has(entry.subject)) return false;
    search.set(entry.subject, this.#entries.length);
    this.#searches.set(id, search);
    this.#entries.push(entry);
    return true;
  }

  get(subject: string): Entry | undefined {
    const index = this.#searches.get(idOf(subject))?.get(subject);
    return index === undefined ? undefined : this.#entries[index];
  }

  /** Number of entries, those of removed facts too. */
  get length(): number {
    return this.#entries.length;
  }

  /** The sequence of the last fact that was not removed; 0 if there is none. */
  get last(): number {
    return this.#entries.findLast((entry) => entry !== undefined)?.sequence ?? 0;
  }

  /** The facts from an index on. */
  from(index: number): readonly Entry[] {
    return this.#entries.slice(index).filter((entry) => entry !== undefined);
  }

  /** The facts of a search, in order. */
  of(searchId: string): readonly Entry[] {
    return [...(this.#searches.get(searchId)?.values() ?? [])].flatMap((index) => this.#entries[index] ?? []);
  }

  read(pattern: string, after: number): readonly Entry[] {
    return this.#matching(pattern).filter(({ sequence }) => sequence > after);
  }

  /** Removes all facts of a search but one. */
  removeAllBut(kept: Listed): void {
    const search = this.#searches.get(idOf(kept.subject));
    for (const [subject, index] of search ?? []) {
      if (subject === kept.subject) continue;
      this.#entries[index] = undefined;
      search?.delete(subject);
    }
  }

  /** Rises with every `wake`. Read it before the facts: `change(version)` then waits only if nothing was added since. */
  get version(): number {
    return this.#version;
  }

  /** Lets every waiting reader look again. */
  wake(): void {
    this.#version++;
    for (const look of [...this.#waiting]) look();
  }

  /** Resolves when the list is newer than this version, or when the signal aborts. */
  async change(version: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || version !== this.#version) return;
    await new Promise<void>((resolve) => {
      const look = () => {
        this.#waiting.delete(look);
        signal.removeEventListener("abort", look);
        resolve();
      };
      this.#waiting.add(look);
      signal.addEventListener("abort", look);
    });
  }

  /** Without a look at every fact where the pattern names a search, or one subject of every search. */
  #matching(pattern: string): readonly Entry[] {
    const [first, second, id = "", ...tail] = pattern.split(".");
    const isOpen = (token: string | undefined) => token === "*" || token === ">";
    if (isOpen(first) || isOpen(second) || id === ">" || (id === "*" && tail.some(isOpen))) {
      return this.from(0).filter(({ subject }) => matches(pattern, subject));
    }
    if (id === "*") {
      const found = [...this.#searches.keys()].flatMap(
        (one) => this.get([first, second, one, ...tail].join(".")) ?? [],
      );
      return found.sort((one, other) => one.sequence - other.sequence);
    }
    if (tail.some(isOpen)) return this.of(id).filter(({ subject }) => matches(pattern, subject));
    const one = this.get(pattern);
    return one === undefined ? [] : [one];
  }
}

/** The id of the search, as searchIdOf gives it, and quicker. Of another text it returns the same part, whatever it is. */
const idOf = (subject: string): string => {
  const start = subject.indexOf(".", subject.indexOf(".") + 1) + 1;
  const end = subject.indexOf(".", start);
  return end < 0 ? "" : subject.slice(start, end);
};
