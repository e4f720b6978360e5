import type { Recorded } from "@bnas/search";
import { writeLine } from "./fact-line.js";
import { FactList } from "./fact-list.js";
import type { Appended, FactLog, Stored, Work } from "./fact-log.js";
import { JobQueues } from "./job-queue.js";
import { leadAlone } from "./lead-alone.js";
import { logClosed } from "./log-closed.js";
import { defaultRetryPolicy, type RetryPolicy } from "./retry.js";
import { standingTombstone } from "./tombstone.js";
import { watchFacts } from "./watch-facts.js";

/** A log in this process: gone with it. */
export class MemoryLog implements FactLog {
  readonly #list = new FactList<Stored>();
  readonly #closing = new AbortController();
  readonly #followed = { list: this.#list, refresh: async () => {}, load: async (stored: Stored) => stored };
  readonly #queues: JobQueues<Stored>;

  constructor(policy: RetryPolicy = defaultRetryPolicy) {
    this.#queues = new JobQueues(this.#followed, policy);
  }

  async append(recorded: Recorded): Promise<Appended> {
    // Through the same line as in a file: what a file could not keep is refused here too, and no caller can change what is kept.
    const kept = writeLine(recorded).recorded;
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
    return watchFacts(this.#followed, pattern, after, AbortSignal.any([signal, this.#closing.signal]));
  }

  work(work: Work, signal: AbortSignal): Promise<void> {
    return this.#queues.work(work, AbortSignal.any([signal, this.#closing.signal]));
  }

  async last(): Promise<number> {
    return this.#list.last;
  }

  async remove(tombstone: Stored): Promise<void> {
    this.#list.removeAllBut(await standingTombstone(this, tombstone));
  }

  lead(_: string, act: (leading: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    return leadAlone(act, AbortSignal.any([signal, this.#closing.signal]));
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }
}
