import type { Delivery } from "../link/delivery.js";

/** A job of this process: NATS delivers it to no other process while this one reports, again and again, that it is working. */
export class Lease {
  readonly #delivery: Delivery;
  readonly #leaseMs: number;
  readonly #beat: NodeJS.Timeout;
  #confirmed = performance.now();
  #isLost = false;

  constructor(delivery: Delivery, leaseMs: number) {
    this.#delivery = delivery;
    this.#leaseMs = leaseMs;
    this.#beat = setInterval(() => this.working(), leaseMs / 3);
  }

  /** No report was sent for so long (this process was stopped) that another process may have the job. */
  get isLost(): boolean {
    this.#isLost ||= performance.now() - this.#confirmed > this.#leaseMs;
    return this.#isLost;
  }

  /** Reports that the job is in progress. */
  working(): void {
    if (this.isLost) return;
    this.#delivery.working();
    this.#confirmed = performance.now();
  }

  /**
   * The job is done: it is not handed out again. If that message is lost, the job is delivered again, and its worker finds the
   * result.
   */
  async done(): Promise<void> {
    clearInterval(this.#beat);
    await this.#delivery.ack().catch(() => {});
  }

  /** It is none for this worker, and may be one for another: it is handed out again after a delay. */
  leave(delayMs: number): void {
    clearInterval(this.#beat);
    this.#delivery.nak(delayMs);
  }

  /** The job cannot be done, and a fact says so; or the message asks for none. */
  end(reason: string): void {
    clearInterval(this.#beat);
    this.#delivery.term(reason);
  }

  /** Let another worker, or this one, take it at once. One that is lost is another's already. */
  giveBack(): void {
    clearInterval(this.#beat);
    if (!this.isLost) this.#delivery.nak();
  }
}
