import { matches, searchIdOf } from "@bnas/search";
import type { Stored, Work } from "./fact-log.js";
import { type RetryPolicy, retryDelay } from "./retry.js";
import type { LiveFacts } from "./watch-facts.js";

/** A fact that asks for work. `open`: may be taken; `held`: a worker has it; `later`: it is tried again after a delay. */
type Job = {
  readonly stored: Stored;
  /** Subject of the fact that says it is done. */
  readonly result: string;
  /** Aborts when the search has ended. */
  readonly ended: AbortController;
  attempts: number;
  state: "open" | "held" | "later";
};

/** The queues of one log in this process, one for each name of workers. */
export class JobQueues {
  readonly #facts: LiveFacts;
  readonly #policy: RetryPolicy;
  readonly #queues = new Map<string, JobQueue>();

  constructor(facts: LiveFacts, policy: RetryPolicy) {
    this.#facts = facts;
    this.#policy = policy;
  }

  /** Be one worker, as FactLog.work says. */
  async work(work: Work, signal: AbortSignal): Promise<void> {
    const queue = this.#queues.get(work.name) ?? new JobQueue(this.#facts, work, this.#policy);
    this.#queues.set(work.name, queue);
    await queue.work(work, signal);
  }
}

/** The jobs that the workers of one name share in this process, oldest first; no job is held by two of them at once. */
class JobQueue {
  readonly #facts: LiveFacts;
  readonly #jobs = new Map<string, Job>();
  readonly #ended = new Set<string>();
  readonly #asks: Pick<Work, "pattern" | "result">;
  readonly #patterns: readonly string[];
  readonly #policy: RetryPolicy;
  readonly #timers = new Map<Job, NodeJS.Timeout>();
  #seen = 0;
  #workers = 0;

  constructor(facts: LiveFacts, asks: Pick<Work, "pattern" | "result">, policy: RetryPolicy) {
    this.#facts = facts;
    this.#asks = asks;
    this.#patterns = [asks.pattern].flat();
    this.#policy = policy;
  }

  async work(work: Work, signal: AbortSignal): Promise<void> {
    this.#workers++;
    try {
      while (!signal.aborted) {
        const { told } = this.#facts.list;
        await this.#facts.refresh();
        const job = signal.aborted ? undefined : this.#next();
        if (job !== undefined) await this.#run(job, work, signal);
        else await this.#facts.list.change(told, signal);
      }
    } finally {
      this.#workers--;
      if (this.#workers === 0) for (const job of this.#timers.keys()) this.#reopen(job);
    }
  }

  #next(): Job | undefined {
    this.#takeUp();
    for (const [subject, job] of this.#jobs) {
      if (job.state !== "open") continue;
      if (this.#facts.list.get(job.result) === undefined) return job;
      this.#jobs.delete(subject);
    }
    return undefined;
  }

  /** See what the facts since the last look ask for, and which searches they end. */
  #takeUp(): void {
    const come = this.#facts.list.from(this.#seen);
    this.#seen += come.length;
    for (const stored of come) {
      const ended = this.#ended.has(searchIdOf(stored.subject));
      if (/^search\.(finished|failed|cancelled)$/.test(stored.fact.kind)) this.#end(searchIdOf(stored.subject));
      const result = this.#patterns.some((pattern) => matches(pattern, stored.subject))
        ? this.#asks.result(stored)
        : null;
      if (ended || result === null) continue;
      this.#jobs.set(stored.subject, { stored, result, ended: new AbortController(), attempts: 0, state: "open" });
    }
  }

  #end(search: string): void {
    this.#ended.add(search);
    for (const [subject, job] of this.#jobs) {
      if (searchIdOf(subject) !== search) continue;
      this.#jobs.delete(subject);
      job.ended.abort();
    }
  }

  async #run(job: Job, work: Work, draining: AbortSignal): Promise<void> {
    job.state = "held";
    job.attempts++;
    const done = new AbortController();
    const following = this.#follow(done.signal);
    try {
      await work.handle(job.stored, { signal: AbortSignal.any([draining, job.ended.signal]), working: () => {} });
      const answered = this.#facts.list.get(job.result) !== undefined;
      if (draining.aborted && !answered) this.#giveBack(job);
      else this.#jobs.delete(job.stored.subject);
    } catch (error) {
      if (job.ended.signal.aborted) return;
      // A result that is there counts, whatever its worker stumbled over afterwards.
      if (this.#facts.list.get(job.result) !== undefined) this.#jobs.delete(job.stored.subject);
      else if (draining.aborted) this.#giveBack(job);
      else await this.#fault(job, work, error);
    } finally {
      done.abort();
      await following;
    }
  }

  /** While a job is in hand, see whether its search ends. */
  async #follow(done: AbortSignal): Promise<void> {
    while (!done.aborted) {
      const { told } = this.#facts.list;
      // A log that cannot be read stops the worker when the job in hand has ended.
      await this.#facts.refresh().catch(() => {});
      this.#takeUp();
      await this.#facts.list.change(told, done);
    }
  }

  #giveBack(job: Job): void {
    job.attempts--;
    this.#reopen(job);
  }

  #reopen(job: Job): void {
    clearTimeout(this.#timers.get(job));
    this.#timers.delete(job);
    job.state = "open";
    this.#facts.list.wake();
  }

  async #fault(job: Job, work: Work, error: unknown): Promise<void> {
    const delay = retryDelay(error, job.attempts, this.#policy);
    if (delay !== null) {
      job.state = "later";
      this.#timers.set(
        job,
        setTimeout(() => this.#reopen(job), delay),
      );
      return;
    }
    try {
      await work.failed(job.stored, error);
      this.#jobs.delete(job.stored.subject);
    } catch (failure) {
      this.#reopen(job);
      throw failure;
    }
  }
}
