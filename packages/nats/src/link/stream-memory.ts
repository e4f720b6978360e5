import { isDeepStrictEqual } from "node:util";
import { type BnasError, fault } from "@bnas/errors";
import type { JetStreamManager, StreamInfo } from "@nats-io/jetstream";
import { apiCode, isMessageNotFound, STREAM_NOT_FOUND } from "./nats-errors.js";
import type { StreamMessage } from "./read-messages.js";

/** Messages that are remembered: those of a search that was deleted since are not found, and say nothing. */
const REMEMBERED = 16;

type Remembered = Omit<StreamMessage, "data"> & { readonly text: string };

/**
 * The last messages of a stream that this process has seen. By default nats-server acknowledges before it syncs its disk:
 * after a power cut a stream may end before what was acknowledged, and continue there with other messages. What this
 * process believes then follows from facts that are not there.
 */
export class StreamMemory {
  readonly #stream: string;
  readonly #address: string;
  readonly #created: string | undefined;
  #seen: readonly Remembered[] = [];

  constructor({ config, created }: Pick<StreamInfo, "config" | "created">, address: string) {
    this.#stream = config.name;
    this.#address = address;
    this.#created = created;
  }

  saw({ subject, sequence, data }: StreamMessage): void {
    if (this.#seen.some((one) => one.sequence >= sequence)) return;
    this.#seen = [{ subject, sequence, text: Buffer.from(data).toString() }, ...this.#seen].slice(0, REMEMBERED);
  }

  /** Why the stream is not the one that this process has seen; undefined: it has all that is remembered. */
  async lost(manager: JetStreamManager): Promise<BnasError | undefined> {
    try {
      const { created, state } = await manager.streams.info(this.#stream);
      if (created !== this.#created) return this.#fault(`it was made again at ${created}`);
      const [newest] = this.#seen;
      if (newest === undefined) return undefined;
      if (state.last_seq < newest.sequence)
        return this.#fault(`it ends at ${state.last_seq}, and had ${newest.sequence}`);
      for (const one of this.#seen) {
        const found = await this.#at(manager, one.sequence);
        if (found === undefined) continue;
        return isDeepStrictEqual(found, one) ? undefined : this.#fault(`it has another message at ${one.sequence}`);
      }
      return undefined;
    } catch (error) {
      if (apiCode(error) === STREAM_NOT_FOUND) return this.#fault("it is gone");
      throw error;
    }
  }

  async #at(manager: JetStreamManager, sequence: number): Promise<Remembered | undefined> {
    try {
      const message = await manager.streams.getMessage(this.#stream, { seq: sequence });
      if (message === null) return undefined;
      return { subject: message.subject, sequence: message.seq, text: Buffer.from(message.data).toString() };
    } catch (error) {
      if (isMessageNotFound(error)) return undefined;
      throw error;
    }
  }

  #fault(seen: string): BnasError {
    return fault(
      // Who calls this process does the same again, and it is started again: both find what is there.
      "UNAVAILABLE",
      `stream ${this.#stream} on NATS at ${this.#address} has lost facts that were acknowledged: ${seen}`,
      "Start this process again: it continues with what is there, and a search whose `opened` is lost is begun again. With `sync_interval: always` NATS loses nothing in a power cut (docs/operations.md).",
    );
  }
}
