import { type Listed, type LiveFacts, type Stored, saysEnded } from "@bnas/log";
import { matches, searchIdOf } from "@bnas/search";
import type { Work } from "./jobs.js";
import { type RetryPolicy, retryDelay } from "./retry.js";

/** A fact that may ask for work. `open`: may be taken; `held`: a worker has it; `later`: it is tried again after a delay. */
type Job<Entry> = {
  readonly entry: Entry;
  /** Aborts when the search has ended. */
  readonly ended: AbortController;
  attempts: number;
  state: "open" | "held" | "later";
};

/** What a job asks for. */
type Asked = {
  readonly stored: Stored;
  /** Subject of the fact that says it is done. */
  readonly result: string;
};

/** The jobs that the workers of one name share in this process, oldest first; no job is held by two of them at once. */
export class JobQueue<Entry extends Listed> {
  readonly #facts: LiveFacts<Entry>;
  readonly #jobs = new Map<string, Job<Entry>>();
  readonly #ended = new Set<string>();
  readonly #asks: Pick<Work, "pattern" | "result">;
  readonly #patterns: readonly string[];
  readonly #policy: RetryPolicy;
  readonly #timers = new Map<Job<Entry>, NodeJS.Timeout>();
  #seen = 0;
  #workers = 0;

  constructor(facts: LiveFacts<Entry>, asks: Pick<Work, "pattern" | "result">, policy: RetryPolicy) {
    this.#facts = facts;
    this.#asks = asks;
    this.#patterns = [asks.pattern].flat();
    this.#policy = policy;
  }

  async work(work: Work, signal: AbortSignal): Promise<void> {
    this.#workers++;
    try {
      while (!signal.aborted) {
        const { version } = this.#facts.list;
        await this.#facts.refresh();
        const next = signal.aborted ? undefined : await this.#next();
        if (next !== undefined && signal.aborted) this.#reopen(next.job);
        else if (next !== undefined) await this.#run(next.job, next.asked, { work, draining: signal });
        else await this.#facts.list.change(version, signal);
      }
    } finally {
      this.#workers--;
      if (this.#workers === 0) for (const job of this.#timers.keys()) this.#reopen(job);
    }
  }

  async #next(): Promise<{ readonly job: Job<Entry>; readonly asked: Asked } | undefined> {
    this.#readNew();
    for (const [subject, job] of this.#jobs) {
      if (job.state !== "open") continue;
      const asked = await this.#claim(job);
      if (asked !== null) return { job, asked };
      this.#jobs.delete(subject);
    }
    return undefined;
  }

  /** Null: it asks for nothing, or for what is done or not wanted any more. */
  async #claim(job: Job<Entry>): Promise<Asked | null> {
    job.state = "held";
    try {
      const stored = await this.#facts.load(job.entry);
      const result = this.#asks.result(stored);
      const isDone = result === null || this.#facts.list.get(result) !== undefined;
      return isDone || job.ended.signal.aborted ? null : { stored, result };
    } catch (error) {
      job.state = "open";
      throw error;
    }
  }

  /** See what the facts since the last look ask for, and which searches they end. */
  #readNew(): void {
    const come = this.#facts.list.from(this.#seen);
    this.#seen = this.#facts.list.length;
    for (const { subject } of come) if (saysEnded(subject)) this.#end(searchIdOf(subject));
    for (const entry of come) {
      const { subject } = entry;
      if (!this.#patterns.some((pattern) => matches(pattern, subject)) || this.#ended.has(searchIdOf(subject)))
        continue;
      this.#jobs.set(subject, { entry, ended: new AbortController(), attempts: 0, state: "open" });
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

  async #run(
    job: Job<Entry>,
    { stored, result }: Asked,
    { work, draining }: { readonly work: Work; readonly draining: AbortSignal },
  ): Promise<void> {
    job.attempts++;
    const done = new AbortController();
    const following = this.#follow(done.signal);
    try {
      await work.handle(stored, { signal: AbortSignal.any([draining, job.ended.signal]), working: () => {} });
      const answered = this.#facts.list.get(result) !== undefined;
      if (draining.aborted && !answered) this.#giveBack(job);
      else this.#jobs.delete(stored.subject);
    } catch (error) {
      if (job.ended.signal.aborted) return;
      // A result that is there counts, whatever its worker stumbled over afterwards.
      if (this.#facts.list.get(result) !== undefined) this.#jobs.delete(stored.subject);
      else if (draining.aborted) this.#giveBack(job);
      else await this.#fault(job, () => work.failed(stored, error), error);
    } finally {
      done.abort();
      await following;
    }
  }

  /** While a job runs, check whether its search ends. */
  async #follow(done: AbortSignal): Promise<void> {
    while (!done.aborted) {
      const { version } = this.#facts.list;
      // A log that cannot be read stops the worker when the running job has ended.
      await this.#facts.refresh().catch(() => {});
      this.#readNew();
      await this.#facts.list.change(version, done);
    }
  }

  #giveBack(job: Job<Entry>): void {
    job.attempts--;
    this.#reopen(job);
  }

  #reopen(job: Job<Entry>): void {
    clearTimeout(this.#timers.get(job));
    this.#timers.delete(job);
    job.state = "open";
    this.#facts.list.wake();
  }

  async #fault(job: Job<Entry>, fail: () => Promise<void>, error: unknown): Promise<void> {
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
      await fail();
      this.#jobs.delete(job.entry.subject);
    } catch (failure) {
      this.#reopen(job);
      throw failure;
    }
  }
}
