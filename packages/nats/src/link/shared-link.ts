import { setTimeout as sleep } from "node:timers/promises";
import type { NatsLink } from "./nats-link.js";

/** How long `close` waits for what runs. */
const CLOSE_MS = 5_000;

/** A connection that a log, its jobs and its lead share. It closes for all of them at once. */
export class SharedLink {
  readonly link: NatsLink;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  constructor(link: NatsLink) {
    this.link = link;
  }

  /** Aborts when the connection is to be closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** What needs the connection to give back what it holds: `close` waits for it. */
  untilClosed(running: Promise<void>): Promise<void> {
    this.#running.add(running);
    const gone = () => this.#running.delete(running);
    running.then(gone, gone);
    return running;
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    await Promise.race([Promise.allSettled(this.#running), sleep(CLOSE_MS, undefined, { ref: false })]);
    await this.link.close();
  }
}
