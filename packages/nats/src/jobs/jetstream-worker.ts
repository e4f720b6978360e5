import { backOff } from "@bnas/errors";
import { type RetryPolicy, retryDelay, type Work } from "@bnas/jobs";
import { isUnreadable, type Quarantine, readMessage, type Stored, subjectTaken, type Unreadable } from "@bnas/log";
import { searchIdOf } from "@bnas/search";
import type { Delivery } from "../link/delivery.js";
import type { NatsLink } from "../link/nats-link.js";
import { lastMessage } from "../link/read-messages.js";
import type { EndedSearches } from "./jetstream-ends.js";
import { Lease } from "./jetstream-lease.js";

/** A job that was handed out so often and neither failed nor was answered kills those who take it. */
const MOST_DELIVERIES = 100;

/** How long a job of a newer version waits between two workers: it may not be handed out too often before one of that version comes. */
const newerWaits = { first: 1_000, most: 300_000 };

type Options = {
  readonly stream: string;
  readonly work: Work;
  readonly ends: EndedSearches;
  readonly quarantine: Quarantine;
  readonly policy: RetryPolicy;
  readonly leaseMs: number;
  /** How often this process has tried a job, by name of work and subject. */
  readonly attempts: Map<string, number>;
};

type Job = { readonly stored: Stored; readonly result: string; readonly lease: Lease };

/** One worker: a message comes, its job is done or not, and the worker answers NATS. */
export class JetStreamWorker {
  readonly #link: NatsLink;
  readonly #options: Options;
  /** Jobs that are tried again later. They stay ours until then, so that they can be given back at once when we drain. */
  readonly #waiting = new Map<Lease, NodeJS.Timeout>();

  constructor(link: NatsLink, options: Options) {
    this.#link = link;
    this.#options = options;
  }

  /** Do a job to its end. Rejects if it failed and that could not be recorded. */
  async process(delivery: Delivery, draining: AbortSignal): Promise<void> {
    const { work, ends, leaseMs } = this.#options;
    this.#link.saw(delivery.message);
    const lease = new Lease(delivery, leaseMs);
    try {
      const stored = readMessage(delivery.message);
      if (isUnreadable(stored)) return this.#setAside(stored, lease, delivery);
      const result = work.result(stored);
      const search = searchIdOf(stored.subject);
      if (result === null) return await lease.done();
      const held = await this.#heldBy(result);
      if (held === "a fact" || (await ends.has(search))) return await lease.done();
      const job = { stored, result, lease };
      // The pruner frees the subject; the job would be done in vain before.
      if (held !== "nothing") return await this.#fault(job, subjectTaken(held));
      await ends.during(search, (ended) => this.#handle(job, { draining, ended, delivery }));
    } catch (error) {
      lease.giveBack();
      throw error;
    }
  }

  /** What is no fact asks for nothing, and is not handed out again; a newer version's asks workers of that version. */
  #setAside(one: Unreadable, lease: Lease, { deliveries }: Delivery): void {
    this.#options.quarantine.setAside(one);
    if (one.reason === "newer-version") lease.leave(backOff(deliveries, newerWaits));
    else lease.end(one.reason);
  }

  /** A free worker takes them. */
  giveBackWaiting(): void {
    for (const lease of this.#waiting.keys()) this.#giveBack(lease);
  }

  async #handle(
    job: Job,
    { draining, ended, delivery }: { draining: AbortSignal; ended: AbortSignal; delivery: Delivery },
  ): Promise<void> {
    const { work } = this.#options;
    const { stored, result, lease } = job;
    if (draining.aborted) return lease.giveBack();
    const { deliveries, headers } = delivery;
    if (deliveries > MOST_DELIVERIES) return this.#fail(job, new Error(handedOutTooOften(deliveries)));
    this.#attempts.set(this.#key(job), this.#tried(job) + 1);
    try {
      const signal = AbortSignal.any([draining, ended]);
      const handle = () => work.handle(stored, { signal, working: () => lease.working() });
      await this.#link.recorder.continueTrace(headers, handle);
      if (draining.aborted && !ended.aborted && !(await this.#isSeen(result, draining))) this.#handBack(job);
      else await this.#done(job);
    } catch (error) {
      // A result that is there counts, whatever its worker stumbled over afterwards.
      if (ended.aborted || (await this.#isSeen(result, draining))) await this.#done(job);
      else if (draining.aborted) this.#handBack(job);
      // Held still for longer than its lease: another has the job, and says what becomes of it.
      else if (lease.isLost) lease.giveBack();
      else await this.#fault(job, error);
    }
  }

  async #fault(job: Job, error: unknown): Promise<void> {
    const delay = retryDelay(error, this.#tried(job), this.#options.policy);
    if (delay === null) return this.#fail(job, error);
    const { subject } = job.stored;
    this.#link.logger.warn(
      { subject, attempt: this.#tried(job), seconds: delay / 1000, err: error },
      "trying the job again",
    );
    this.#waiting.set(
      job.lease,
      setTimeout(() => this.#giveBack(job.lease), delay),
    );
  }

  async #fail(job: Job, error: unknown): Promise<void> {
    await this.#options.work.failed(job.stored, error);
    this.#attempts.delete(this.#key(job));
    job.lease.end(error instanceof Error ? error.name : "failed");
  }

  async #done(job: Job): Promise<void> {
    this.#attempts.delete(this.#key(job));
    await job.lease.done();
  }

  /** It was not its fault that the job was stopped: the attempt does not count. */
  #handBack(job: Job): void {
    this.#attempts.set(this.#key(job), this.#tried(job) - 1);
    job.lease.giveBack();
  }

  #giveBack(lease: Lease): void {
    clearTimeout(this.#waiting.get(lease));
    this.#waiting.delete(lease);
    lease.giveBack();
  }

  get #attempts(): Map<string, number> {
    return this.#options.attempts;
  }

  #tried(job: Job): number {
    return this.#attempts.get(this.#key(job)) ?? 0;
  }

  #key({ stored }: Job): string {
    return `${this.#options.work.name} ${stored.subject}`;
  }

  /**
   * As #isThere; but a worker that drains does not wait for an unavailable NATS, and answers that it found nothing: the next worker
   * of the job checks again, and the drain of a node is not delayed.
   */
  async #isSeen(result: string, draining: AbortSignal): Promise<boolean> {
    try {
      return await this.#isThere(result, draining);
    } catch (error) {
      if (draining.aborted) return false;
      throw error;
    }
  }

  async #isThere(subject: string, signal?: AbortSignal): Promise<boolean> {
    return (await this.#heldBy(subject, signal)) === "a fact";
  }

  /** What is on the subject of an answer. What is no fact is removed from there, where this user may. */
  async #heldBy(subject: string, signal?: AbortSignal): Promise<"a fact" | "nothing" | Unreadable> {
    const message = await lastMessage(this.#link, this.#options.stream, subject, signal);
    if (message === undefined) return "nothing";
    const read = readMessage(message);
    if (!isUnreadable(read)) return "a fact";
    const { quarantine } = this.#options;
    quarantine.setAside(read);
    return (await quarantine.remove(read)) ? "nothing" : read;
  }
}

const handedOutTooOften = (deliveries: number): string =>
  `the job was handed out ${deliveries} times and never ended: do its workers run out of memory? Look at why they were stopped`;
