import { type Msg, nanos } from "@nats-io/transport-node";
import { type NatsLink, REQUEST_TIMEOUT_MS } from "./nats-link.js";
import type { StreamMessage } from "./read-messages.js";

/** What of a link is needed to answer. */
type Acknowledging = Pick<NatsLink, "connection" | "compared" | "isCompared">;

/**
 * A message that a pull consumer handed to us until we say what became of it. The words are NATS' own, sent to the subject that
 * the message came with: $JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>..., with two more tokens before the stream where
 * NATS has domains.
 */
export class Delivery {
  readonly message: StreamMessage;
  /** How often it was handed out, this time included. */
  readonly deliveries: number;
  /** Of the message: the trace that asked for the job, when one is recorded. */
  readonly headers: Readonly<Record<string, string>>;
  readonly #link: Acknowledging;
  readonly #reply: string;

  constructor(link: Acknowledging, { subject, reply = "", data, headers }: Msg) {
    const tokens = reply.split(".");
    const first = tokens.length > 9 ? 6 : 4;
    this.#link = link;
    this.#reply = reply;
    this.deliveries = Number(tokens[first]);
    this.headers = Object.fromEntries((headers?.keys() ?? []).map((name) => [name, headers?.get(name) ?? ""]));
    this.message = { subject, data, sequence: Number(tokens[first + 1]) };
  }

  /** Never hand it out again. Resolves when NATS has taken that in. */
  async ack(): Promise<void> {
    await this.#link.compared();
    await this.#link.connection.request(this.#reply, "+ACK", { timeout: REQUEST_TIMEOUT_MS });
  }

  /** Hand it out again: at once, or after a delay. */
  nak(delayMs = 0): void {
    this.#say(delayMs === 0 ? "-NAK" : `-NAK ${JSON.stringify({ delay: nanos(delayMs) })}`);
  }

  /** It is still in progress: restart the time until it is delivered again. */
  working(): void {
    this.#say("+WPI");
  }

  /** Never hand it out again: it cannot be done. @param reason for NATS' own events */
  term(reason: string): void {
    this.#say(`+TERM ${reason}`);
  }

  #say(word: string): void {
    // After a power cut the sequence in the reply may be that of another job.
    const answer = () => {
      if (!this.#link.connection.isClosed()) this.#link.connection.publish(this.#reply, word);
    };
    if (this.#link.isCompared) answer();
    else this.#link.compared().then(answer, () => {});
  }
}
