import type { BnasError } from "@bnas/errors";
import type { Recorded } from "@bnas/search";

/** A fact with its place in the log: sequences rise, gaps are allowed. */
export type Stored = Recorded & { readonly sequence: number };

/** The answer to an append. `duplicate`: the subject held a fact already; that fact stays and is given back. */
export type Appended = { readonly stored: Stored; readonly duplicate: boolean };

/** The list of facts, one for each subject, permanently (ARCHITECTURE.md, invariant 1). Adapters: memory, file, JetStream. */
export interface FactLog {
  /**
   * Resolves when the fact is safe (for a file: after fsync). `subject` and `time` are given by the caller. A fact of a search
   * that has a tombstone (it was archived or deleted) counts for nothing: it may be refused as a duplicate of that, or be taken
   * and removed later.
   */
  append(recorded: Recorded): Promise<Appended>;
  /** The facts whose subject matches, in order, after a sequence. */
  read(pattern: string, after?: number): Promise<readonly Stored[]>;
  /** The same, and then every new one as it comes, until the signal aborts or the log is closed. */
  watch(pattern: string, options: { after?: number; signal: AbortSignal }): AsyncIterable<Stored>;
  /** The sequence of the last fact; 0 when there is none. What comes to be known later lies after it. */
  last(): Promise<number>;
  /**
   * Remove every fact of a search but its tombstone (`archived` or `deleted`), those too that came after it. Again is safe, and
   * removes what came since.
   * @throws InvalidInput for a fact that is no tombstone of this log
   */
  remove(tombstone: Stored): Promise<void>;
  /** That there is no room for another fact, and what to do, as far as the adapter can see that; undefined while there is. */
  full?(): Promise<BnasError | undefined>;
  /** Every watch ends, and so do the jobs and the lead that use this log. */
  close(): Promise<void>;
}
