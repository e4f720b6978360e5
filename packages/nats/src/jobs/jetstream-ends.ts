import { isUnreadable, type Quarantine, readMessage } from "@bnas/log";
import { LAST_KINDS, patternsOf, searchIdOf, subjectOf } from "@bnas/search";
import type { NatsLink } from "../link/nats-link.js";
import { lastMessage, type StreamMessage } from "../link/read-messages.js";
import { watchMessages } from "../link/watch-messages.js";

/** Ends that are remembered: what is older is read from the log. */
const MOST_ENDED = 10_000;

type Place = { readonly stream: string; readonly quarantine: Quarantine };

/** Which searches have ended: none of their jobs is delivered, and a running one is stopped. */
export class EndedSearches {
  readonly #link: NatsLink;
  readonly #stream: string;
  readonly #quarantine: Quarantine;
  readonly #stopping = new AbortController();
  readonly #broken = new AbortController();
  readonly #ended = new Set<string>();
  readonly #jobs = new Map<string, Set<AbortController>>();
  #watching: Promise<void> = Promise.resolve();
  #fault: { readonly error: unknown } | undefined;

  private constructor(link: NatsLink, { stream, quarantine }: Place) {
    this.#link = link;
    this.#stream = stream;
    this.#quarantine = quarantine;
  }

  /** See every end that comes from now on, until `close` or the signal. */
  static async follow(link: NatsLink, place: Place, signal: AbortSignal): Promise<EndedSearches> {
    const ends = new EndedSearches(link, place);
    const after = (await lastMessage(link, place.stream, ">", signal))?.sequence ?? 0;
    const stop = AbortSignal.any([signal, ends.#stopping.signal]);
    ends.#watching = ends.#watch(after, stop);
    return ends;
  }

  /** Aborts when ends cannot be seen any more; `close` says why. */
  get broken(): AbortSignal {
    return this.#broken.signal;
  }

  /** Whether a search has ended, as the log has it now. */
  async has(search: string): Promise<boolean> {
    const read = (subject: string) => lastMessage(this.#link, this.#stream, subject);
    const [opened, ...found] = await Promise.all(
      [subjectOf(search, { kind: "search.opened" }), ...patternsOf(LAST_KINDS, { search })].map(read),
    );
    // What was written before the search was opened ends it not, and is removed.
    const since = opened?.sequence ?? 0;
    const ended = found.some((message) => message !== undefined && message.sequence > since && this.#isFact(message));
    if (!ended) this.#ended.delete(search);
    return ended;
  }

  /** Do something under a signal that aborts when the search ends. */
  async during<Answer>(search: string, act: (ended: AbortSignal) => Promise<Answer>): Promise<Answer> {
    const job = new AbortController();
    if (this.#ended.has(search)) job.abort();
    const jobs = this.#jobs.get(search) ?? new Set();
    this.#jobs.set(search, jobs.add(job));
    try {
      return await act(job.signal);
    } finally {
      jobs.delete(job);
      if (jobs.size === 0) this.#jobs.delete(search);
    }
  }

  /** Stop following. Rejects when that had stopped by itself. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
    if (this.#fault !== undefined) throw this.#fault.error;
  }

  async #watch(after: number, signal: AbortSignal): Promise<void> {
    const patterns = patternsOf(LAST_KINDS);
    try {
      for await (const message of watchMessages(this.#link, { stream: this.#stream, patterns, after, signal })) {
        if (!this.#isFact(message)) continue;
        const search = searchIdOf(message.subject);
        if (!(await this.has(search))) continue;
        this.#remember(search);
        for (const job of this.#jobs.get(search) ?? []) job.abort();
      }
    } catch (error) {
      this.#fault = { error };
      this.#broken.abort();
    }
  }

  #remember(search: string): void {
    this.#ended.add(search);
    for (const oldest of this.#ended) {
      if (this.#ended.size <= MOST_ENDED) return;
      this.#ended.delete(oldest);
    }
  }

  /** What is no fact ends no search. */
  #isFact(message: StreamMessage): boolean {
    const read = readMessage(message);
    if (!isUnreadable(read)) return true;
    this.#quarantine.setAside(read);
    return false;
  }
}
