import { setTimeout as sleep } from "node:timers/promises";
import { hasCode } from "@bnas/errors";
import type { Jobs, RetryPolicy, Work } from "@bnas/jobs";
import type { Quarantine } from "@bnas/log";
import { PullOne } from "../link/pull-one.js";
import type { SharedLink } from "../link/shared-link.js";
import { EndedSearches } from "./jetstream-ends.js";
import { JetStreamWorker } from "./jetstream-worker.js";
import { openWorkConsumer } from "./work-consumer.js";

/** How the workers of one log work. `leaseMs`: how long a worker that says nothing keeps its job (ack_wait). */
export type Working = {
  readonly stream: string;
  readonly policy: RetryPolicy;
  readonly leaseMs: number;
  readonly quarantine: Quarantine;
};

/** The workers of one log in this process. Those of one name pull from one consumer, here and in other processes. */
export class JetStreamJobs implements Jobs {
  readonly #shared: SharedLink;
  readonly #working: Working;
  /** How often this process has tried a job, by name of work and subject. Every process counts for itself. */
  readonly #attempts = new Map<string, number>();

  constructor(shared: SharedLink, working: Working) {
    this.#shared = shared;
    this.#working = working;
  }

  work(work: Work, signal: AbortSignal): Promise<void> {
    return this.#shared.untilClosed(this.#until(work, AbortSignal.any([signal, this.#shared.closing])));
  }

  async #until(work: Work, signal: AbortSignal): Promise<void> {
    try {
      if (!signal.aborted) await this.#work(work, signal);
    } catch (error) {
      // NATS is unavailable and we end: the leases of our jobs will expire.
      if (!signal.aborted || !hasCode(error, "UNAVAILABLE")) throw error;
    }
  }

  async #work(work: Work, signal: AbortSignal): Promise<void> {
    const { stream, leaseMs, quarantine } = this.#working;
    const { link } = this.#shared;
    const consumer = { stream, name: work.name, patterns: [work.pattern].flat(), leaseMs };
    await openWorkConsumer(link, consumer, signal);
    // It may have forgotten less than the stream: a job that it has as done, whose answer is lost, would never be done.
    const forget = link.beforeLost(() => link.manager.consumers.delete(stream, work.name));
    const ends = await EndedSearches.follow(link, { stream, quarantine }, signal);
    const stop = AbortSignal.any([signal, ends.broken]);
    const pulled = new PullOne(link, stream, work.name);
    const worker = new JetStreamWorker(link, { ...this.#working, work, ends, attempts: this.#attempts });
    try {
      while (!stop.aborted) {
        const delivery = await pulled.next(stop);
        if (delivery !== undefined) await worker.process(delivery, signal);
        else if (pulled.consumeLoss()) {
          await sleep(200, undefined, { signal: stop }).catch(() => {});
          if (!stop.aborted) await openWorkConsumer(link, consumer, stop);
        }
      }
    } finally {
      forget();
      worker.giveBackWaiting();
      await pulled.close();
      await ends.close();
    }
  }
}
