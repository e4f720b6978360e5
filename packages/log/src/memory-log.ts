import type { Recorded } from "@bnas/search";
import { writeLine } from "./fact-line.js";
import { FactList } from "./fact-list.js";
import type { Appended, FactLog, Stored } from "./fact-log.js";
import { logClosed } from "./log-closed.js";
import { standingTombstone } from "./tombstone.js";
import { SearchVersions } from "./version-of-search.js";
import { type LiveFacts, watchFacts } from "./watch-facts.js";

/** A log in this process: gone with it. */
export class MemoryLog implements FactLog {
  readonly #list = new FactList<Stored>();
  readonly #closing = new AbortController();
  readonly #versions = new SearchVersions((pattern) => this.read(pattern));
  /** For jobs that its facts ask for, and for leading alone. */
  readonly live: LiveFacts<Stored> = {
    list: this.#list,
    refresh: async () => {},
    load: async (stored) => stored,
    follow: () => () => {},
    closing: this.#closing.signal,
  };

  async append(recorded: Recorded): Promise<Appended> {
    // Through the same line as in a file: what a file could not keep is refused here too, and no caller can change what is kept.
    const kept = writeLine(recorded.version === 1 ? recorded : await this.#versions.asOpened(recorded)).recorded;
    if (this.#closing.signal.aborted) throw logClosed("memory:");
    const earlier = this.#list.get(kept.subject);
    if (earlier !== undefined) return { stored: earlier, duplicate: true };
    const stored = { ...kept, sequence: this.#list.length + 1 };
    this.#list.add(stored);
    this.#list.wake();
    return { stored, duplicate: false };
  }

  async read(pattern: string, after = 0): Promise<readonly Stored[]> {
    return this.#list.read(pattern, after);
  }

  watch(pattern: string, { after = 0, signal }: { after?: number; signal: AbortSignal }): AsyncIterable<Stored> {
    return watchFacts(this.live, pattern, after, AbortSignal.any([signal, this.#closing.signal]));
  }

  async last(): Promise<number> {
    return this.#list.last;
  }

  async remove(tombstone: Stored): Promise<void> {
    this.#list.removeAllBut(await standingTombstone(this, tombstone));
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }
}
