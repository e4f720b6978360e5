import { keyOf, searchOfPattern } from "@bnas/search";
import { type Logger, type Recorder, silentLogger, silentRecorder } from "@bnas/telemetry";
import type { Unreadable, UnreadableReason } from "./unreadable.js";

/** Of so many messages the text is kept; of more only the numbers. */
export const MOST_QUARANTINED = 1_000;
/** So many sequences, and searches with a number, are remembered. Of more messages the oldest may be counted again. */
const MOST_SEQUENCES = 100_000;
const MOST_SEARCHES = 10_000;

/** A message that was set aside. `removed`: it is not in the log any more, so that its subject is free for the fact of that name. */
export type SetAside = Unreadable & { readonly removed: boolean };

/** How a log removes what is no fact. Logs that keep every line have none. */
export type Removal = {
  /** Remove one message, if it is still there. False: this process may not. */
  remove(message: Place): Promise<boolean>;
  /** Every message that is no fact, of a search or of all. */
  unreadable(searchId?: string): AsyncIterable<Unreadable>;
};

/** Which message of a log. */
type Place = Pick<Unreadable, "subject" | "sequence">;

type Tools = {
  /** The log, for people: `NATS stream BNAS`. */
  readonly place?: string;
  readonly logger?: Logger;
  readonly recorder?: Recorder;
  readonly removal?: Removal;
};

type Held = Pick<Unreadable, "subject" | "reason">;

/** Whether a newer version has opened a search by this message: all of that search is its own (docs/adr/0036). */
export const opensNewerSearch = ({ subject, reason }: Held): boolean =>
  reason === "newer-version" && keyOf(subject)?.kind === "search.opened";

/** Whether a message is in the way of a fact of its search, where this version opened that. */
export const holdsSubject = (one: Held): boolean => keyOf(one.subject) !== undefined && !opensNewerSearch(one);

/**
 * What the readers of a log have set aside: messages that are no facts for this process. Each is counted once, however often it is
 * read; memory is bounded, whatever is written into the log.
 */
export class Quarantine {
  readonly #place: string;
  readonly #logger: Logger;
  readonly #recorder: Recorder;
  readonly #removal: Removal | undefined;
  readonly #kept = new Map<number, SetAside>();
  readonly #sequences = new Set<number>();
  readonly #bySearch = new Map<string, number>();
  readonly #byReason = new Map<UnreadableReason, number>();
  readonly #listeners = new Set<(one: Unreadable) => void>();
  #count = 0;
  #highest = 0;

  constructor({ place = "log", logger = silentLogger, recorder = silentRecorder, removal }: Tools = {}) {
    this.#place = place;
    this.#logger = logger;
    this.#recorder = recorder;
    this.#removal = removal;
  }

  /** Whether messages can be removed from this log: not from one that keeps every line. Whether this process may is seen when it tries. */
  get canRemove(): boolean {
    return this.#removal !== undefined;
  }

  /** Set a message aside. False: it was before. */
  setAside(one: Unreadable): boolean {
    const { subject, sequence, reason, why, text, bytes } = one;
    if (this.#isKnown(sequence)) return false;
    this.#highest = Math.max(this.#highest, sequence);
    if (this.#sequences.size < MOST_SEQUENCES) this.#sequences.add(sequence);
    this.#count++;
    this.#byReason.set(reason, (this.#byReason.get(reason) ?? 0) + 1);
    this.#countSearch(searchOfPattern(subject));
    this.#recorder.count("bnas.facts.quarantined", 1, { "bnas.quarantine.reason": reason });
    if (this.#kept.size < MOST_QUARANTINED) {
      this.#kept.set(sequence, { ...one, removed: false });
      this.#logger.warn({ subject, sequence, reason, why, text, bytes }, "set aside a message that is no fact");
    } else if (this.#count % MOST_QUARANTINED === 0) {
      this.#logger.warn({ log: this.#place, count: this.#count }, "set aside many messages that are no facts");
    }
    for (const listener of this.#listeners) listener(one);
    return true;
  }

  /** Look through the whole log. Gives every message that is no fact, however many there are. */
  async *scan(): AsyncGenerator<Unreadable> {
    for await (const one of this.#removal?.unreadable() ?? []) {
      this.setAside(one);
      yield one;
    }
  }

  /** Those of which the text is kept: the first ones. */
  list(): readonly SetAside[] {
    return [...this.#kept.values()];
  }

  /** How many were set aside since the process started; of one search, where its id is given. */
  count(searchId?: string): number {
    return searchId === undefined ? this.#count : (this.#bySearch.get(searchId) ?? 0);
  }

  /** How many for each reason. */
  counts(): ReadonlyMap<UnreadableReason, number> {
    return this.#byReason;
  }

  /** Calls back for each message that is set aside from now on. @returns a function that ends that */
  listen(listener: (one: Unreadable) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Remove a message from the log. It stays on the list. False: this process may not, or the log keeps every line. */
  async remove({ subject, sequence }: Place): Promise<boolean> {
    const removed = (await this.#removal?.remove({ subject, sequence })) ?? false;
    if (!removed) return false;
    const kept = this.#kept.get(sequence);
    if (kept !== undefined) this.#kept.set(sequence, { ...kept, removed: true });
    this.#logger.warn({ subject, sequence }, "removed what is no fact from a subject of a fact");
    return true;
  }

  /**
   * Free the subjects of a search that this version opened for its facts: remove what holds one and is no fact.
   * @returns a message that could not be removed; undefined: every subject is free
   */
  async clear(searchId: string): Promise<Unreadable | undefined> {
    let held: Unreadable | undefined;
    for await (const one of this.#removal?.unreadable(searchId) ?? []) {
      this.setAside(one);
      if (holdsSubject(one) && !(await this.remove(one))) held ??= one;
    }
    return held;
  }

  /** Take a message off the list, for a person has seen it. */
  forget({ subject, sequence }: Place): void {
    const searchId = searchOfPattern(subject);
    if (!this.#kept.delete(sequence) || searchId === undefined) return;
    const left = this.count(searchId) - 1;
    if (left > 0) this.#bySearch.set(searchId, left);
    else this.#bySearch.delete(searchId);
  }

  #isKnown(sequence: number): boolean {
    if (sequence > this.#highest) return false;
    return this.#sequences.has(sequence) || this.#sequences.size >= MOST_SEQUENCES;
  }

  #countSearch(searchId: string | undefined): void {
    if (searchId === undefined) return;
    const before = this.#bySearch.get(searchId) ?? 0;
    // The one that was counted last stays longest.
    this.#bySearch.delete(searchId);
    this.#bySearch.set(searchId, before + 1);
    if (this.#bySearch.size <= MOST_SEARCHES) return;
    for (const oldest of this.#bySearch.keys()) {
      this.#bySearch.delete(oldest);
      return;
    }
  }
}
