import { backOff } from "@bnas/errors";

/** Milliseconds before a key is tried again that failed. */
const pauses = { first: 200, most: 60_000 };

/**
 * Keys to be worked on. A key that is added again before its turn is worked on once; one that is added while it is worked on
 * is worked on once more afterwards, never twice at a time.
 */
export class WorkQueue {
  readonly #work: (key: string) => Promise<void>;
  readonly #lanes: number;
  readonly #waiting = new Set<string>();
  readonly #busy = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #timers = new Map<string, { readonly timer: NodeJS.Timeout; readonly at: number }>();
  readonly #failures = new Map<string, number>();
  #begun = false;
  #stopped = false;

  /** @param work on failure the key is tried again by itself @param lanes keys that are worked on at a time */
  constructor(work: (key: string) => Promise<void>, lanes = 8) {
    this.#work = work;
    this.#lanes = lanes;
  }

  /** Keys that wait for their turn or are in it. */
  get depth(): number {
    return this.#waiting.size + this.#busy.size;
  }

  /** @param afterMs of several times the earliest counts */
  add(key: string, afterMs = 0): void {
    if (this.#stopped) return;
    if (afterMs > 0) {
      const at = performance.now() + afterMs;
      const earlier = this.#timers.get(key);
      if (earlier !== undefined && earlier.at <= at) return;
      clearTimeout(earlier?.timer);
      const timer = setTimeout(() => this.add(key), afterMs);
      this.#timers.set(key, { timer, at });
      return;
    }
    clearTimeout(this.#timers.get(key)?.timer);
    this.#timers.delete(key);
    if (this.#busy.has(key)) this.#again.add(key);
    else this.#waiting.add(key);
    this.#next();
  }

  /** Nothing is worked on before. */
  begin(): void {
    this.#begun = true;
    this.#next();
  }

  /** Start nothing more, and wait for what is running. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { timer } of this.#timers.values()) clearTimeout(timer);
    this.#waiting.clear();
    await Promise.all(this.#busy.values());
  }

  #next(): void {
    if (!this.#begun) return;
    for (const key of this.#waiting) {
      if (this.#busy.size >= this.#lanes) return;
      this.#waiting.delete(key);
      this.#busy.set(key, this.#turn(key));
    }
  }

  async #turn(key: string): Promise<void> {
    let retry: number | undefined;
    try {
      await this.#work(key);
      this.#failures.delete(key);
    } catch {
      const failures = (this.#failures.get(key) ?? 0) + 1;
      this.#failures.set(key, failures);
      retry = backOff(failures, pauses);
    }
    this.#busy.delete(key);
    if (this.#stopped) return;
    // What happened meanwhile is not looked at sooner than what failed may be tried again, or back-off were none.
    if (retry !== undefined) this.add(key, retry);
    else if (this.#again.has(key)) this.#waiting.add(key);
    this.#again.delete(key);
    this.#next();
  }
}
