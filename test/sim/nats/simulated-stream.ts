import { matches } from "@bnas/search";
import type { StreamConfig } from "@nats-io/jetstream";
import { refusal } from "./refusals.js";

/** A message that a stream keeps. */
export type Kept = {
  readonly subject: string;
  readonly sequence: number;
  readonly data: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  readonly time: number;
};

/** What of a stream lies on the disk of its server. */
export type StreamOnDisk = {
  readonly config: StreamConfig;
  readonly last: number;
  readonly messages: readonly Kept[];
};

/** A stream of JetStream: at most one message a subject, as all of ours have it. */
export class SimulatedStream {
  config: StreamConfig;
  readonly #messages = new Map<number, Kept>();
  readonly #bySubject = new Map<string, Kept>();
  #last = 0;

  constructor({ config, last, messages }: StreamOnDisk) {
    this.config = config;
    this.#last = last;
    for (const message of messages) this.#keep(message);
  }

  get last(): number {
    return this.#last;
  }

  onDisk(): StreamOnDisk {
    return { config: this.config, last: this.#last, messages: [...this.#messages.values()] };
  }

  /** @param expected the sequence that the last message of the subject must have; left out: any */
  publish(subject: string, data: Uint8Array, options: PublishOptions): number {
    const { now, expected, headers = {} } = options;
    this.#forgetOld(now);
    const held = this.#bySubject.get(subject);
    if (expected !== undefined && expected !== (held?.sequence ?? 0)) throw refusal("wrong last sequence");
    if (held !== undefined) {
      if (this.config.discard_new_per_subject) throw refusal("subject taken");
      this.#messages.delete(held.sequence);
    }
    this.#last++;
    this.#keep({ subject, sequence: this.#last, data, headers, time: now });
    return this.#last;
  }

  lastOf(pattern: string, now: number): Kept | undefined {
    this.#forgetOld(now);
    if (!/[*>]/.test(pattern)) return this.#bySubject.get(pattern);
    let last: Kept | undefined;
    for (const message of this.#messages.values()) if (matches(pattern, message.subject)) last = message;
    return last;
  }

  get(sequence: number): Kept | undefined {
    return this.#messages.get(sequence);
  }

  /** From a sequence on, in order. */
  from(sequence: number, now: number): readonly Kept[] {
    this.#forgetOld(now);
    return [...this.#messages.values()].filter((message) => message.sequence >= sequence);
  }

  /** Remove what matches, of those before a sequence. */
  purge(filter: string, before = Number.POSITIVE_INFINITY): number {
    const purged = [...this.#messages.values()].filter(
      ({ subject, sequence }) => sequence < before && matches(filter, subject),
    );
    for (const { subject, sequence } of purged) {
      this.#messages.delete(sequence);
      this.#bySubject.delete(subject);
    }
    return purged.length;
  }

  #keep(message: Kept): void {
    this.#messages.set(message.sequence, message);
    this.#bySubject.set(message.subject, message);
  }

  #forgetOld(now: number): void {
    const { max_age: nanos = 0 } = this.config;
    if (nanos === 0) return;
    for (const { time, sequence, subject } of [...this.#messages.values()]) {
      if (now - time < nanos / 1e6) continue;
      this.#messages.delete(sequence);
      this.#bySubject.delete(subject);
    }
  }
}

type PublishOptions = {
  readonly now: number;
  readonly expected?: number | undefined;
  readonly headers?: Readonly<Record<string, string>>;
};
