import { matches } from "@bnas/search";
import type { ConsumerConfig } from "@nats-io/jetstream";
import type { Kept, SimulatedStream } from "./simulated-stream.js";

/** Hands out messages of a stream until each is acknowledged. */
export type Handed = { readonly message: Kept; readonly deliveries: number };

/** A request for one message. */
export type Pull = { readonly give: (handed: Handed) => void; readonly untilMs: number };

/** What a worker says of a job: +WPI, -NAK, +ACK or +TERM. */
export type Word = { readonly said: string; readonly delayMs: number };

export type ConsumerOnDisk = {
  readonly config: ConsumerConfig;
  readonly next: number;
  readonly pending: readonly (readonly [sequence: number, deliveries: number])[];
};

/** A durable consumer from which workers pull: what its server keeps of it. */
export class SimulatedConsumer {
  config: ConsumerConfig;
  readonly #stream: SimulatedStream;
  #next: number;
  /** Handed out and not acknowledged: when it is handed out again. */
  readonly #pending = new Map<number, { deliveries: number; untilMs: number }>();
  readonly #pulls: Pull[] = [];

  constructor(stream: SimulatedStream, { config, next, pending }: ConsumerOnDisk) {
    this.config = config;
    this.#stream = stream;
    this.#next = next;
    for (const [sequence, deliveries] of pending) this.#pending.set(sequence, { deliveries, untilMs: 0 });
  }

  onDisk(): ConsumerOnDisk {
    const pending = [...this.#pending].map(([sequence, { deliveries }]) => [sequence, deliveries] as const);
    return { config: this.config, next: this.#next, pending };
  }

  /** The last sequence that it has looked at. */
  get handedOut(): number {
    return this.#next - 1;
  }

  pull(pull: Pull, now: number): void {
    this.#pulls.push(pull);
    this.handOut(now);
  }

  /** When a job is to be handed out again, at the earliest. */
  get nextAgainMs(): number {
    return Math.min(...[...this.#pending.values()].map(({ untilMs }) => untilMs), Number.POSITIVE_INFINITY);
  }

  /** The worker is not done yet (+WPI), gives it back (-NAK), or it is not to be handed out again (+ACK, +TERM). */
  answer(sequence: number, { said, delayMs }: Word, now: number): void {
    const pending = this.#pending.get(sequence);
    if (pending === undefined) return;
    if (said === "+WPI") pending.untilMs = now + this.#waitMs;
    else if (said === "-NAK") pending.untilMs = now + delayMs;
    else this.#pending.delete(sequence);
    this.handOut(now);
  }

  /** Give each request a message, while there are both. */
  handOut(now: number): void {
    for (;;) {
      const at = this.#pulls.findIndex(({ untilMs }) => untilMs > now);
      const pull = this.#pulls[at];
      if (pull === undefined) {
        this.#pulls.length = 0;
        return;
      }
      const handed = this.#again(now) ?? this.#first(now);
      if (handed === undefined) return;
      this.#pulls.splice(at, 1);
      pull.give(handed);
    }
  }

  #again(now: number): Handed | undefined {
    for (const [sequence, pending] of this.#pending) {
      if (pending.untilMs > now) continue;
      const message = this.#stream.get(sequence);
      if (message === undefined) {
        this.#pending.delete(sequence);
        continue;
      }
      pending.deliveries++;
      pending.untilMs = now + this.#waitMs;
      return { message, deliveries: pending.deliveries };
    }
    return undefined;
  }

  #first(now: number): Handed | undefined {
    while (this.#next <= this.#stream.last) {
      const sequence = this.#next++;
      const message = this.#stream.get(sequence);
      if (message === undefined || !this.#wants(message.subject)) continue;
      this.#pending.set(sequence, { deliveries: 1, untilMs: now + this.#waitMs });
      return { message, deliveries: 1 };
    }
    return undefined;
  }

  #wants(subject: string): boolean {
    const { filter_subjects: filters = [] } = this.config;
    return filters.length === 0 || filters.some((filter) => matches(filter, subject));
  }

  get #waitMs(): number {
    return (this.config.ack_wait ?? 0) / 1e6;
  }
}
