import { setTimeout as sleep } from "node:timers/promises";
import type { Appended, FactLog, Stored, Work } from "@bnas/log";
import { defaultRetryPolicy, deletedSubject, logClosed, type RetryPolicy, standingTombstone } from "@bnas/log";
import { type Recorded, searchIdOf, searchOfPattern, searchPattern } from "@bnas/search";
import { JetStreamWorkers } from "../jobs/jetstream-workers.js";
import { removeWorkConsumer } from "../jobs/work-consumer.js";
import { defaultLeadMs, JetStreamLeader } from "../lead/jetstream-leader.js";
import { NatsLink } from "../link/nats-link.js";
import type { NatsOptions } from "../link/nats-options.js";
import { lastMessage, readMessages } from "../link/read-messages.js";
import { watchMessages } from "../link/watch-messages.js";
import { openFactStream } from "./fact-stream.js";
import { appendFact } from "./jetstream-append.js";
import { readFact } from "./jetstream-fact.js";

/** Facts that are asked for at once: some megabytes. */
const batch = 5_000;
const defaultLeaseMs = 30_000;
/** How long `close` waits for those who work. */
const closeMs = 5_000;

/** Whether a pattern is that of all facts of one search. */
const isOfOneSearch = (pattern: string): boolean => {
  const search = searchOfPattern(pattern);
  return search !== undefined && pattern === searchPattern(search);
};

/** Where a JetStreamLog is and how it behaves. */
export type JetStreamLogOptions = NatsOptions & {
  /** Name of the stream; `BNAS` when it is left out. */
  readonly stream?: string | undefined;
  /** How many servers keep a copy, when the stream is made; if it exists and has another number, that is logged. */
  readonly replicas?: number | undefined;
  readonly policy?: RetryPolicy;
  /** How long a worker that says nothing keeps its job, in milliseconds (ack_wait). */
  readonly leaseMs?: number;
  /** How long a process that says nothing keeps the lead, in milliseconds. */
  readonly leadMs?: number;
};

/**
 * A log in a NATS JetStream stream: one subject for each fact, one message for each subject, permanently. The sequence is the
 * stream's. This process keeps nothing: any number of processes use one stream, and each finds everything there.
 */
export class JetStreamLog implements FactLog {
  readonly #link: NatsLink;
  readonly #stream: string;
  readonly #workers: JetStreamWorkers;
  readonly #leadMs: number;
  readonly #closing = new AbortController();
  readonly #working = new Set<Promise<unknown>>();

  private constructor(link: NatsLink, stream: string, options: JetStreamLogOptions) {
    this.#link = link;
    this.#stream = stream;
    const { policy = defaultRetryPolicy, leaseMs = defaultLeaseMs, leadMs = defaultLeadMs } = options;
    this.#leadMs = leadMs;
    this.#workers = new JetStreamWorkers(link, { stream, policy, leaseMs });
  }

  /**
   * Connect, and make the stream where there is none. Rejects with UNAVAILABLE or FAILED_PRECONDITION where NATS or JetStream is
   * missing, and with InvalidInput for a stream with changed settings, with which it would lose or double facts.
   */
  static async open(options: JetStreamLogOptions): Promise<JetStreamLog> {
    const stream = options.stream ?? "BNAS";
    const link = await NatsLink.open(options);
    try {
      await openFactStream(link, { stream, replicas: options.replicas });
    } catch (error) {
      await link.close();
      throw error;
    }
    return new JetStreamLog(link, stream, options);
  }

  async append(recorded: Recorded): Promise<Appended> {
    this.#checkOpen();
    return appendFact(this.#link, this.#stream, recorded);
  }

  async read(pattern: string, after = 0): Promise<readonly Stored[]> {
    this.#checkOpen();
    if (!/[*>]/.test(pattern)) {
      const one = await lastMessage(this.#link, this.#stream, pattern);
      return one === undefined || one.sequence <= after ? [] : [readFact(one, this.#stream)];
    }
    const facts: Stored[] = [];
    const options = { stream: this.#stream, pattern, after, batch, few: isOfOneSearch(pattern) };
    for await (const message of readMessages(this.#link, options)) {
      facts.push(readFact(message, this.#stream));
    }
    return facts;
  }

  async *watch(
    pattern: string,
    { after = 0, signal }: { after?: number; signal: AbortSignal },
  ): AsyncGenerator<Stored> {
    const stop = AbortSignal.any([signal, this.#closing.signal]);
    const options = { stream: this.#stream, patterns: [pattern], after, signal: stop };
    for await (const message of watchMessages(this.#link, options)) yield readFact(message, this.#stream);
  }

  work(work: Work, signal: AbortSignal): Promise<void> {
    return this.#untilClosed(this.#workers.work(work, AbortSignal.any([signal, this.#closing.signal])));
  }

  async last(): Promise<number> {
    this.#checkOpen();
    return (await lastMessage(this.#link, this.#stream, ">"))?.sequence ?? 0;
  }

  async remove(tombstone: Stored): Promise<void> {
    const { subject, sequence } = await standingTombstone(this, tombstone);
    const id = searchIdOf(subject);
    const pattern = searchPattern(id);
    await this.#purge({ filter: pattern, seq: sequence });
    // What came later, one by one: a tombstone of higher rank may be among them.
    for await (const late of readMessages(this.#link, {
      stream: this.#stream,
      pattern,
      after: sequence,
      batch,
      few: true,
    })) {
      if (late.subject !== deletedSubject(id)) await this.#purge({ filter: late.subject, seq: late.sequence + 1 });
    }
    await removeWorkConsumer(this.#link, this.#stream, id);
  }

  lead(name: string, act: (leading: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    this.#checkOpen();
    const leader = new JetStreamLeader(this.#link, { stream: this.#stream, name, leadMs: this.#leadMs });
    return this.#untilClosed(leader.lead(act, AbortSignal.any([signal, this.#closing.signal])));
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    // Workers, and who leads, need the connection to give back what they hold.
    await Promise.race([Promise.allSettled(this.#working), sleep(closeMs, undefined, { ref: false })]);
    await this.#link.close();
  }

  #untilClosed(working: Promise<void>): Promise<void> {
    this.#working.add(working);
    const gone = () => this.#working.delete(working);
    working.then(gone, gone);
    return working;
  }

  async #purge(what: { readonly filter: string; readonly seq: number }): Promise<void> {
    await this.#link.patiently(`remove ${what.filter}`, () => this.#link.manager.streams.purge(this.#stream, what));
  }

  #checkOpen(): void {
    if (this.#closing.signal.aborted) throw logClosed(`${this.#link.address} stream ${this.#stream}`);
  }
}
