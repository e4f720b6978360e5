import type { Fact, Recorded } from "@bnas/search";

/** A fact with its place in the log: sequences rise, gaps are allowed. */
export type Stored = Recorded & { readonly sequence: number };

/** The answer to an append. `duplicate`: the subject held a fact already; that fact stays and is given back. */
export type Appended = { readonly stored: Stored; readonly duplicate: boolean };

/** Work that a fact asks for, shared by every process that runs it under the same name. */
export interface Work {
  /** Durable name of the group of workers: `trainer`. Workers of one name have the same pattern and `result`. */
  readonly name: string;
  /**
   * Subject pattern, NATS wildcards: `*` is one token, `>` the rest. Several where one would cover much that asks for nothing:
   * a broker sends each of those to a worker in vain. No subject may match two of them.
   */
  readonly pattern: string | readonly string[];
  /** Subject of the fact that says the job is done: such a job is not handed out again. Null: `fact` asks for nothing. */
  result(stored: Stored): string | null;
  /**
   * Do the job and append its result. It may run twice (at least once): the second append is a duplicate, which is success.
   * `signal` aborts when the process drains or the search has ended; what is thrown after that fails nothing, and when it
   * was for draining the job is given back. A thrown RETRY (or an UNAVAILABLE service) is tried again after its delay,
   * a few times; anything else ends the job by `failed`.
   */
  handle(stored: Stored, job: { readonly signal: AbortSignal; working(): void }): Promise<void>;
  /** The job cannot be done: say so by a fact. When this throws, `work` rejects. */
  failed(stored: Stored, error: unknown): Promise<void>;
}

/** The list of facts, one for each subject, permanently (design.md section 1). Adapters: memory, file, JetStream. */
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
  /**
   * Take jobs one at a time until the signal aborts and the job in hand has ended or was given back. Jobs of a search that
   * has ended are not handed out.
   */
  work(work: Work, signal: AbortSignal): Promise<void>;
  /** The sequence of the last fact; 0 when there is none. What comes to be known later lies after it. */
  last(): Promise<number>;
  /**
   * Remove every fact of a search but its tombstone (`archived` or `deleted`), those too that came after it. Again is safe, and
   * removes what came since. Throws InvalidInput for a fact that is no tombstone of this log.
   */
  remove(tombstone: Stored): Promise<void>;
  /**
   * Do what only one process may do at a time: wait until no other process leads under this name, then act. The signal given to
   * `act` aborts when the lead is lost or `signal` aborts; then wait again, until `signal` aborts. A log of one process, or in a
   * file, leads at once: there the caller must make sure that only one process leads.
   */
  lead(name: string, act: (leading: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export type { Fact };
