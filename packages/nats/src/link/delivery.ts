import { type Msg, type NatsConnection, nanos } from "@nats-io/transport-node";
import { REQUEST_TIMEOUT_MS } from "./nats-link.js";
import type { StreamMessage } from "./read-messages.js";

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
  readonly #connection: NatsConnection;
  readonly #reply: string;

  constructor(connection: NatsConnection, { subject, reply = "", data, headers }: Msg) {
    const tokens = reply.split(".");
    const first = tokens.length > 9 ? 6 : 4;
    this.#connection = connection;
    this.#reply = reply;
    this.deliveries = Number(tokens[first]);
    this.headers = Object.fromEntries((headers?.keys() ?? []).map((name) => [name, headers?.get(name) ?? ""]));
    this.message = { subject, data, sequence: Number(tokens[first + 1]) };
  }

  /** Never hand it out again. Resolves when NATS has taken that in. */
  async ack(): Promise<void> {
    await this.#connection.request(this.#reply, "+ACK", { timeout: REQUEST_TIMEOUT_MS });
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
    if (!this.#connection.isClosed()) this.#connection.publish(this.#reply, word);
  }
}
