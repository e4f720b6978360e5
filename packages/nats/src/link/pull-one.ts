import { setTimeout as sleep } from "node:timers/promises";
import type { BnasError } from "@bnas/errors";
import { createInbox, type Msg, nanos, type Subscription } from "@nats-io/transport-node";
import { Delivery } from "./delivery.js";
import { deniedAs } from "./nats-failure.js";
import type { NatsLink } from "./nats-link.js";

/** How long one request for a message waits at the server, and how much longer for the server to say that none came. */
const PULL_MS = 5_000;
const GRACE_MS = 1_000;

/**
 * Messages of a pull consumer, one at a time and none in advance: a message that waits here is a job that no worker does. (The
 * client's own `next` drops a message that comes while it is stopped; that job would wait for the end of its lease.)
 */
export class PullOne {
  readonly #link: NatsLink;
  readonly #request: string;
  readonly #inbox: Subscription;
  /** What came for the `next` that waits; whatever comes when none waits goes back. */
  #arrived: Delivery | undefined;
  #isWanted = false;
  /** Called when something came: a message, or a word of the server that none will. */
  #wake = (): void => {};
  /** The server has our request until then, by performance.now(). */
  #asked = 0;
  #isLost = false;
  #denied: BnasError | undefined;
  readonly #unlisten: () => void;

  constructor(link: NatsLink, stream: string, consumer: string) {
    this.#link = link;
    this.#request = `${link.jetstream.apiPrefix}.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
    this.#inbox = link.connection.subscribe(createInbox(), { callback: (_, message) => this.#receive(message) });
    this.#unlisten = link.denials.listen([this.#request], (denied) => {
      this.#denied = deniedAs(`take jobs of ${consumer}`, denied);
      this.#wake();
    });
  }

  /**
   * The next message; undefined when there was none for a while, when the signal aborts, or when the consumer is lost.
   * Rejects with PERMISSION_DENIED where this user may not ask for any.
   */
  async next(signal: AbortSignal): Promise<Delivery | undefined> {
    if (this.#denied !== undefined) throw this.#denied;
    this.#isWanted = true;
    if (performance.now() >= this.#asked) this.#ask();
    await this.#something(signal);
    if (this.#denied !== undefined) throw this.#denied;
    const arrived = this.#arrived;
    this.#arrived = undefined;
    this.#isWanted = false;
    return arrived;
  }

  /** No server answers for the consumer: it was deleted, or its servers are unavailable. True once for each time. */
  consumeLoss(): boolean {
    const lost = this.#isLost;
    this.#isLost = false;
    return lost;
  }

  /** Stop, and give back what comes nevertheless. */
  async close(): Promise<void> {
    this.#unlisten();
    if (this.#link.connection.isClosed()) return;
    // Draining delivers what is on its way here. An unavailable server sends nothing.
    await Promise.race([this.#inbox.drain().catch(() => {}), sleep(1_000, undefined, { ref: false })]);
  }

  #ask(): void {
    if (this.#link.connection.isClosed()) {
      this.#isLost = true;
      return;
    }
    this.#asked = performance.now() + PULL_MS + GRACE_MS;
    const request = JSON.stringify({ batch: 1, expires: nanos(PULL_MS) });
    this.#link.connection.publish(this.#request, request, { reply: this.#inbox.getSubject() });
  }

  #receive(message: Msg | null): void {
    this.#asked = 0;
    const status = message?.headers?.code ?? 0;
    // 404 and 408: there was none. 409 and 503: the consumer was deleted or moves, its servers are unavailable.
    if (message === null || status === 409 || status === 503) this.#isLost = true;
    else if (status === 0) this.#hold(new Delivery(this.#link, message));
    this.#wake();
  }

  #hold(delivery: Delivery): void {
    // Two may come at once if a request was repeated because the server seemed to have lost it.
    if (this.#isWanted && this.#arrived === undefined) this.#arrived = delivery;
    else delivery.nak();
  }

  async #something(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#isLost) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#wake = () => {};
        resolve();
      };
      const timer = setTimeout(done, Math.max(0, this.#asked - performance.now()));
      signal.addEventListener("abort", done);
      this.#wake = done;
    });
  }
}
