import { matches } from "@bnas/search";

/** A fact's place in a log. */
export type Listed = { readonly subject: string; readonly sequence: number };

/**
 * The facts that a log knows of, in order and by search, and who waits for more. One a subject: the first. What an entry holds
 * beside its place is the log's affair.
 */
export class FactList<Entry extends Listed = Listed> {
  /** A hole is a fact that was removed: the places of the others stay. */
  readonly #entries: (Entry | undefined)[] = [];
  /** Places by id of the search, and by subject in it, in order. */
  readonly #searches = new Map<string, Map<string, number>>();
  readonly #waiting = new Set<() => void>();
  #told = 0;

  /** Add a fact of a later sequence than all before. False, and nothing is added, when its subject is taken. */
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
    const place = this.#searches.get(idOf(subject))?.get(subject);
    return place === undefined ? undefined : this.#entries[place];
  }

  /** Places in the list, those of removed facts too. */
  get length(): number {
    return this.#entries.length;
  }

  /** The sequence of the last fact that came and was not removed; 0 when there is none. */
  get last(): number {
    return this.#entries.findLast((entry) => entry !== undefined)?.sequence ?? 0;
  }

  /** The facts from a place in the list on, counted from 0. */
  from(place: number): readonly Entry[] {
    return this.#entries.slice(place).filter((entry) => entry !== undefined);
  }

  /** The facts of a search, in order. */
  of(searchId: string): readonly Entry[] {
    return [...(this.#searches.get(searchId)?.values() ?? [])].flatMap((place) => this.#entries[place] ?? []);
  }

  read(pattern: string, after: number): readonly Entry[] {
    return this.#matching(pattern).filter(({ sequence }) => sequence > after);
  }

  /** Take away the facts of a search but one. */
  removeAllBut(kept: Listed): void {
    const search = this.#searches.get(idOf(kept.subject));
    for (const [subject, place] of search ?? []) {
      if (subject === kept.subject) continue;
      this.#entries[place] = undefined;
      search?.delete(subject);
    }
  }

  /** How often everybody was told to look. Taken before looking, it says to `change` what the looking knew. */
  get told(): number {
    return this.#told;
  }

  /** Let everybody who waits look again. */
  wake(): void {
    this.#told++;
    for (const look of [...this.#waiting]) look();
  }

  /** Resolves when there is something to look at that was not there at `told`, or when the signal aborts. */
  async change(told: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || told !== this.#told) return;
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

/** As searchIdOf, and quicker; of what is no subject of a fact whatever stands there. */
const idOf = (subject: string): string => {
  const start = subject.indexOf(".", subject.indexOf(".") + 1) + 1;
  const end = subject.indexOf(".", start);
  return end < 0 ? "" : subject.slice(start, end);
};
