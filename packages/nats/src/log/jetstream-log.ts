import type { BnasError } from "@bnas/errors";
import {
  type Appended,
  deletedSubject,
  type FactLog,
  isUnreadable,
  logClosed,
  type Quarantine,
  readMessage,
  SearchVersions,
  type Stored,
  standingTombstone,
} from "@bnas/log";
import { type Recorded, searchIdOf, searchOfPattern, searchPattern } from "@bnas/search";
import { lastMessage, readMessages, type StreamMessage } from "../link/read-messages.js";
import { removeConsumer } from "../link/remove-consumer.js";
import { closeReserve, fullStream } from "../link/room.js";
import type { SharedLink } from "../link/shared-link.js";
import { watchMessages } from "../link/watch-messages.js";
import { appendFact } from "./jetstream-append.js";

/** Facts that are asked for at once: some megabytes. */
const BATCH = 5_000;
/** Bytes that a large fact takes. */
const A_FACT = 16_384;
/** Whether a pattern is that of all facts of one search. */
const isOfOneSearch = (pattern: string): boolean => {
  const search = searchOfPattern(pattern);
  return search !== undefined && pattern === searchPattern(search);
};

/**
 * A log in a NATS JetStream stream: one subject for each fact, one message for each subject, permanently. The sequence is the
 * stream's. This process keeps nothing: any number of processes use one stream, and each finds everything there. What is no fact is
 * set aside.
 */
export class JetStreamLog implements FactLog {
  readonly #shared: SharedLink;
  readonly #stream: string;
  readonly #quarantine: Quarantine;
  readonly #versions = new SearchVersions((pattern) => this.read(pattern));

  constructor(shared: SharedLink, stream: string, quarantine: Quarantine) {
    this.#shared = shared;
    this.#stream = stream;
    this.#quarantine = quarantine;
  }

  async append(recorded: Recorded): Promise<Appended> {
    this.#checkOpen();
    const fact = await this.#versions.asOpened(recorded);
    return appendFact(this.#shared.link, { stream: this.#stream, quarantine: this.#quarantine }, fact);
  }

  async read(pattern: string, after = 0): Promise<readonly Stored[]> {
    this.#checkOpen();
    if (!/[*>]/.test(pattern)) {
      const one = await lastMessage(this.#shared.link, this.#stream, pattern);
      return one === undefined || one.sequence <= after ? [] : this.#facts(one);
    }
    const facts: Stored[] = [];
    const options = { stream: this.#stream, pattern, after, batch: BATCH, few: isOfOneSearch(pattern) };
    for await (const message of readMessages(this.#shared.link, options)) {
      facts.push(...this.#facts(message));
    }
    return facts;
  }

  async *watch(
    pattern: string,
    { after = 0, signal }: { after?: number; signal: AbortSignal },
  ): AsyncGenerator<Stored> {
    const stop = AbortSignal.any([signal, this.#shared.closing]);
    const options = { stream: this.#stream, patterns: [pattern], after, signal: stop };
    for await (const message of watchMessages(this.#shared.link, options)) yield* this.#facts(message);
  }

  async last(): Promise<number> {
    this.#checkOpen();
    return (await lastMessage(this.#shared.link, this.#stream, ">"))?.sequence ?? 0;
  }

  async remove(tombstone: Stored): Promise<void> {
    const { subject, sequence } = await standingTombstone(this, tombstone);
    const id = searchIdOf(subject);
    const pattern = searchPattern(id);
    await this.#purge({ filter: pattern, seq: sequence });
    // What came later, one by one: a tombstone of higher rank may be among them.
    for await (const late of readMessages(this.#shared.link, {
      stream: this.#stream,
      pattern,
      after: sequence,
      batch: BATCH,
      few: true,
    })) {
      if (late.subject !== deletedSubject(id)) await this.#purge({ filter: late.subject, seq: late.sequence + 1 });
    }
    await removeConsumer(this.#shared.link, this.#stream, id);
    await this.#shared.link.patiently("close the reserve", () => closeReserve(this.#shared.link, this.#stream));
  }

  full(): Promise<BnasError | undefined> {
    return fullStream(this.#shared.link, this.#stream, A_FACT);
  }

  close(): Promise<void> {
    return this.#shared.close();
  }

  /** The fact of a message; none of one that is set aside. */
  #facts(message: StreamMessage): readonly Stored[] {
    this.#shared.link.saw(message);
    const read = readMessage(message);
    if (!isUnreadable(read)) return [read];
    this.#quarantine.setAside(read);
    return [];
  }

  async #purge(what: { readonly filter: string; readonly seq: number }): Promise<void> {
    await this.#shared.link.patiently(`remove ${what.filter}`, () =>
      this.#shared.link.manager.streams.purge(this.#stream, what),
    );
  }

  #checkOpen(): void {
    if (this.#shared.closing.aborted) throw logClosed(`${this.#shared.link.address} stream ${this.#stream}`);
  }
}
