import type { FactLog } from "@bnas/log";
import { ALL_SEARCHES, matches, searchPattern } from "@bnas/search";
import { witnessId } from "./witness.js";

/** How far the searches have come, in facts as the log records them: the clock by which strikes fall. */
export class Progress {
  #facts = 0;
  readonly #waiting = new Set<() => void>();

  get facts(): number {
    return this.#facts;
  }

  /** Count what is recorded from now on, until the signal aborts. Facts of the witness are no progress. */
  async count(log: FactLog, signal: AbortSignal): Promise<void> {
    const after = (await log.read(ALL_SEARCHES)).at(-1)?.sequence ?? 0;
    for await (const { subject } of log.watch(ALL_SEARCHES, { after, signal })) {
      if (matches(searchPattern(witnessId), subject)) continue;
      this.#facts += 1;
      for (const look of this.#waiting) look();
    }
  }

  /** Resolves when so many more facts were recorded, or after a wait: a mesh that is struck may record none. */
  async more(facts: number, waitMs: number): Promise<void> {
    const until = this.#facts + facts;
    let look = () => {};
    let late: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      look = () => {
        if (this.#facts >= until) resolve();
      };
      this.#waiting.add(look);
      late = setTimeout(resolve, waitMs);
    });
    this.#waiting.delete(look);
    clearTimeout(late);
  }
}
