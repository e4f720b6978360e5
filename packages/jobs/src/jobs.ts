import type { Stored } from "@bnas/log";

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
   * was for draining the job is given back. A thrown Retry (or an UNAVAILABLE service) is tried again after its delay,
   * a few times; anything else ends the job by `failed`.
   */
  handle(stored: Stored, job: { readonly signal: AbortSignal; working(): void }): Promise<void>;
  /** The job cannot be done: say so by a fact. When this throws, `work` rejects. */
  failed(stored: Stored, error: unknown): Promise<void>;
}

/** Hands out the jobs that the facts of a log ask for. Adapters: one process or one file (LocalJobs), JetStream. */
export interface Jobs {
  /**
   * Take jobs one at a time until the signal aborts and the running job has ended or was given back. Jobs of an ended search are
   * not delivered.
   */
  work(work: Work, signal: AbortSignal): Promise<void>;
}
