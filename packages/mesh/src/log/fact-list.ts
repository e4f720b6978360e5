import { matches } from "@bnas/search";
import type { Stored } from "./fact-log.js";

/** The facts that a log has in memory, in order, and who waits for more. One a subject: the first. */
export class FactList {
  readonly #facts: Stored[] = [];
  readonly #bySubject = new Map<string, Stored>();
  readonly #waiting = new Set<() => void>();
  #told = 0;

  /** Add a fact of a later sequence than all before. False, and nothing is added, when its subject is taken. */
  add(stored: Stored): boolean {
    if (this.#bySubject.has(stored.subject)) return false;
    this.#facts.push(stored);
    this.#bySubject.set(stored.subject, stored);
    return true;
  }

  get(subject: string): Stored | undefined {
    return this.#bySubject.get(subject);
  }

  get length(): number {
    return this.#facts.length;
  }

  /** The facts from a place in the list on, counted from 0. */
  from(place: number): readonly Stored[] {
    return this.#facts.slice(place);
  }

  read(pattern: string, after: number): readonly Stored[] {
    const isPattern = /[*>]/.test(pattern);
    const one = isPattern ? undefined : this.get(pattern);
    if (!isPattern) return one === undefined || one.sequence <= after ? [] : [one];
    return this.#facts.filter(({ sequence, subject }) => sequence > after && matches(pattern, subject));
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
}
