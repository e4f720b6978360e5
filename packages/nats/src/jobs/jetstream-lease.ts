import type { Delivery } from "../link/delivery.js";

/** A job that this process holds: NATS gives it to nobody else while it is told, again and again, that work goes on. */
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

  /** Nothing was told for so long (this process was held still) that another may have the job. */
  get isLost(): boolean {
    this.#isLost ||= performance.now() - this.#confirmed > this.#leaseMs;
    return this.#isLost;
  }

  /** Say that work goes on. */
  working(): void {
    if (this.isLost) return;
    this.#delivery.working();
    this.#confirmed = performance.now();
  }

  /**
   * The job is done: it is not handed out again. When that is lost on its way the job comes again, and whoever takes it finds
   * the result.
   */
  async done(): Promise<void> {
    clearInterval(this.#beat);
    await this.#delivery.ack().catch(() => {});
  }

  /** The job cannot be done, and a fact says so. */
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
