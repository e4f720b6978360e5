import { setTimeout as sleep } from "node:timers/promises";
import { hasCode } from "@bnas/errors";
import type { RetryPolicy, Work } from "@bnas/log";
import type { NatsLink } from "../link/nats-link.js";
import { PullOne } from "../link/pull-one.js";
import { EndedSearches } from "./jetstream-ends.js";
import { JetStreamWorker } from "./jetstream-worker.js";
import { openWorkConsumer } from "./work-consumer.js";

/** How the workers of one log work. */
export type Working = { readonly stream: string; readonly policy: RetryPolicy; readonly leaseMs: number };

/** The workers of one log in this process. Those of one name pull from one consumer, here and in other processes. */
export class JetStreamWorkers {
  readonly #link: NatsLink;
  readonly #working: Working;
  /** How often this process has tried a job, by name of work and subject. Every process counts for itself. */
  readonly #attempts = new Map<string, number>();

  constructor(link: NatsLink, working: Working) {
    this.#link = link;
    this.#working = working;
  }

  /** Be one worker, as FactLog.work says. */
  async work(work: Work, signal: AbortSignal): Promise<void> {
    try {
      if (!signal.aborted) await this.#work(work, signal);
    } catch (error) {
      // NATS is unavailable and we end: the leases of our jobs will expire.
      if (!signal.aborted || !hasCode(error, "UNAVAILABLE")) throw error;
    }
  }

  async #work(work: Work, signal: AbortSignal): Promise<void> {
    const { stream, leaseMs } = this.#working;
    const consumer = { stream, name: work.name, patterns: [work.pattern].flat(), leaseMs };
    await openWorkConsumer(this.#link, consumer, signal);
    const ends = await EndedSearches.follow(this.#link, stream, signal);
    const stop = AbortSignal.any([signal, ends.broken]);
    const pulled = new PullOne(this.#link, stream, work.name);
    const worker = new JetStreamWorker(this.#link, { ...this.#working, work, ends, attempts: this.#attempts });
    try {
      while (!stop.aborted) {
        const delivery = await pulled.next(stop);
        if (delivery !== undefined) await worker.take(delivery, signal);
        else if (pulled.takeLoss()) {
          await sleep(200, undefined, { signal: stop }).catch(() => {});
          if (!stop.aborted) await openWorkConsumer(this.#link, consumer, stop);
        }
      }
    } finally {
      worker.giveBackWaiting();
      await pulled.close();
      await ends.close();
    }
  }
}
