import type { Listed, LiveFacts } from "@bnas/log";
import { JobQueue } from "./job-queue.js";
import type { Jobs, Work } from "./jobs.js";
import { defaultRetryPolicy, type RetryPolicy } from "./retry.js";

/**
 * The jobs of a log that is in this process or in a file. The workers of one name share a queue in this process; another process
 * on the same file has queues of its own, and may do the same job: its second result is refused, as every second fact is.
 */
export class LocalJobs<Entry extends Listed> implements Jobs {
  readonly #facts: LiveFacts<Entry>;
  readonly #policy: RetryPolicy;
  readonly #queues = new Map<string, JobQueue<Entry>>();

  /** @param facts of a MemoryLog or a FileLog: its `live` */
  constructor(facts: LiveFacts<Entry>, policy: RetryPolicy = defaultRetryPolicy) {
    this.#facts = facts;
    this.#policy = policy;
  }

  async work(work: Work, signal: AbortSignal): Promise<void> {
    const queue = this.#queues.get(work.name) ?? new JobQueue(this.#facts, work, this.#policy);
    this.#queues.set(work.name, queue);
    const stop = this.#facts.follow();
    try {
      await queue.work(work, AbortSignal.any([signal, this.#facts.closing]));
    } finally {
      stop();
    }
  }
}
