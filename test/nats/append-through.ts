import type { FactLog, Stored } from "@bnas/log";
import { control } from "./facts.js";

/** A process that appends and watches while something happens to NATS, and what it saw. */
export class Appending {
  readonly acknowledged: Stored[] = [];
  readonly watched: Stored[] = [];
  readonly #stop = new AbortController();
  readonly #seen = new AbortController();
  readonly #appending: Promise<unknown>;
  readonly #watching: Promise<void>;
  readonly #reading: Promise<void>;
  /** Acknowledged facts that a read which began later did not give. */
  readonly missed: Stored[] = [];
  #number = 0;

  /** @param logs all append the same numbers, one kind each, so that every subject is raced for @param lanes numbers at once */
  constructor(logs: readonly FactLog[], lanes: number) {
    const kinds = ["search.paused", "search.resumed"] as const;
    this.#appending = Promise.all(
      Array.from({ length: lanes }, async () => {
        while (!this.#stop.signal.aborted) {
          const number = ++this.#number;
          const appended = await Promise.all(logs.map((log, who) => log.append(control(number, kinds[who % 2]))));
          this.acknowledged.push(...appended.map(({ stored }) => stored));
        }
      }),
    );
    this.#reading = Promise.all(logs.map((log) => this.#read(log))).then(() => {});
    this.#watching = (async () => {
      for await (const stored of logs[0]?.watch(">", { signal: this.#seen.signal }) ?? []) this.watched.push(stored);
    })();
  }

  async #read(log: FactLog): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const before = [...this.acknowledged];
      const given = new Set((await log.read(">")).map(({ subject }) => subject));
      this.missed.push(...before.filter(({ subject }) => !given.has(subject)));
    }
  }

  /** Until so many more were acknowledged. */
  async progress(count: number): Promise<void> {
    const until = this.acknowledged.length + count;
    while (this.acknowledged.length < until) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** Stop at once, whatever has come: for a test that failed. */
  abandon(): void {
    this.#stop.abort();
    this.#seen.abort();
  }

  /** Stop, and let the watcher come to the end. */
  async stop(log: FactLog): Promise<readonly Stored[]> {
    this.#stop.abort();
    await Promise.all([this.#appending, this.#reading]);
    const all = await log.read(">");
    while (this.watched.length < all.length) await new Promise((resolve) => setTimeout(resolve, 5));
    this.#seen.abort();
    await this.#watching;
    return all;
  }
}
