import {
  holdsSubject,
  opensNewerSearch,
  type Quarantine,
  type SetAside,
  type Unreadable,
  type UnreadableReason,
} from "@bnas/log";
import { searchOfPattern } from "@bnas/search";

/** What can be read, and is none of its search: its fold knows of it (`Followed.refused`). */
const READ: ReadonlySet<UnreadableReason> = new Set(["does-not-fit", "not-asked", "refused", "never-opened"]);
/** Searches of a newer version that are remembered. */
const MOST_NEWER = 10_000;

/** What is in the way of searches: what is no fact, by the search, and a log that is full. Memory is bounded by the searches that live. */
export class Aside {
  readonly quarantine: Quarantine;
  /** Why nothing is appended for now, and what to do: the log is full. */
  waitsFor: string | undefined;
  readonly #isLive: (searchId: string) => boolean;
  readonly #newer = new Set<string>();
  readonly #unclear = new Set<string>();
  #listener = (_searchId: string): void => {};
  #hasBegun = false;

  /** @param isLive whether a search is folded here and has not ended */
  constructor(quarantine: Quarantine, isLive: (searchId: string) => boolean) {
    this.quarantine = quarantine;
    this.#isLive = isLive;
    quarantine.listen((one) => this.#hear(one));
  }

  /** All searches that live are known: of others nothing is to be cleared. */
  begin(): void {
    this.#hasBegun = true;
    for (const searchId of this.#unclear) if (!this.#isLive(searchId)) this.#unclear.delete(searchId);
  }

  /** A search was opened: what was on its subjects before is in its way now. */
  opened(searchId: string): void {
    this.#unclear.add(searchId);
  }

  /** Calls back with each search of which something was set aside, or dropped. */
  listen(listener: (searchId: string) => void): void {
    this.#listener = listener;
  }

  /** A newer version has opened this search: services of that version continue it. */
  isNewer(searchId: string): boolean {
    return this.#newer.has(searchId);
  }

  /** The searches whose subjects must be freed, since the last call. */
  takeUnclear(): readonly string[] {
    const taken = [...this.#unclear];
    this.#unclear.clear();
    return taken;
  }

  /** A person has removed a message. */
  dropped(one: Unreadable | SetAside): void {
    this.quarantine.forget(one);
    const searchId = searchOfPattern(one.subject);
    if (searchId === undefined) return;
    if (opensNewerSearch(one)) this.#newer.delete(searchId);
    this.#listener(searchId);
  }

  #hear(one: Unreadable): void {
    const searchId = searchOfPattern(one.subject);
    if (searchId === undefined) return;
    if (opensNewerSearch(one)) this.#rememberNewer(searchId);
    if (this.#hasBegun && !this.#isLive(searchId)) return;
    if (holdsSubject(one) && !READ.has(one.reason)) this.#unclear.add(searchId);
    this.#listener(searchId);
  }

  #rememberNewer(searchId: string): void {
    this.#newer.add(searchId);
    if (this.#newer.size <= MOST_NEWER) return;
    for (const oldest of this.#newer) {
      this.#newer.delete(oldest);
      return;
    }
  }
}
