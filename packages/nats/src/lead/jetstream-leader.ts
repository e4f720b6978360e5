import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { hasCode } from "@bnas/errors";
import { FACT_VERSION } from "@bnas/search";
import { apiCode, isFull, isTemporaryNatsFault, wrongLastSequence } from "../link/nats-errors.js";
import type { NatsLink } from "../link/nats-link.js";
import { holderOf, holderText } from "./lease-holder.js";
import { lastLease, leaseStream, leaseSubject, openLeaseStream } from "./lease-stream.js";

/** How long who says nothing still leads. */
export const DEFAULT_LEAD_MS = 5_000;

const unlessAway = (error: unknown): void => {
  if (!hasCode(error, "UNAVAILABLE", "NO_ROOM")) throw error;
};

const OTHER_VERSION =
  "waits: a service of another version leads, and searches of the newer version wait until one of that leads";

type Leading = { readonly stream: string; readonly name: string; readonly leadMs: number };

/**
 * The leader keeps a message on the subject of the name, and replaces its own last one before that is too old for the stream. A
 * process that waits writes one if there is none. So one of any number of processes leads. It may believe so a moment too long;
 * then its appends are refused, as every second fact on a subject is.
 */
export class JetStreamLeader {
  readonly #link: NatsLink;
  readonly #lead: Leading;
  readonly #subject: string;
  readonly #who: string;
  /** Who leads instead, as it was said last. */
  #other = "";

  constructor(link: NatsLink, lead: Leading) {
    this.#link = link;
    this.#lead = lead;
    this.#subject = leaseSubject(lead.stream, lead.name);
    this.#who = holderText({ host: hostname(), pid: process.pid, version: FACT_VERSION });
  }

  /** As Lead.lead says. */
  async lead(act: (leading: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    const { leadMs } = this.#lead;
    await this.#open(signal).catch(unlessAway);
    while (!signal.aborted) {
      const confirmed = performance.now();
      const sequence = await this.#say(0);
      if (typeof sequence === "number") await this.#act({ sequence, confirmed }, act, signal);
      else {
        if (sequence === "taken") await this.#sayWhoLeads(signal);
        await sleep(leadMs / 5, undefined, { signal }).catch(() => {});
      }
      // NATS is unavailable, or the stream was removed.
      if (sequence === "unknown" && !signal.aborted) await this.#open(signal).catch(unlessAway);
    }
  }

  async #act(
    first: { readonly sequence: number; readonly confirmed: number },
    act: (leading: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const { name, stream, leadMs } = this.#lead;
    const { logger } = this.#link;
    const lost = new AbortController();
    const ended = new AbortController();
    let { sequence, confirmed } = first;
    this.#other = "";
    logger.info({ stream, name, version: FACT_VERSION }, "leads");
    // By its own clock, so that a process that was stopped sees the loss as soon as it runs again.
    const watch = setInterval(() => {
      if (performance.now() - confirmed > leadMs) lost.abort();
    }, leadMs / 20);
    const keepOn = async () => {
      while (!ended.signal.aborted && !lost.signal.aborted) {
        await sleep(leadMs / 5, undefined, { signal: ended.signal }).catch(() => {});
        if (ended.signal.aborted) return;
        const said = performance.now();
        const answer = await this.#say(sequence);
        if (answer === "taken") lost.abort();
        else if (answer !== "unknown") [sequence, confirmed] = [answer, said];
      }
    };
    const keeping = keepOn();
    keeping.catch(() => lost.abort());
    try {
      await act(AbortSignal.any([signal, lost.signal]));
    } finally {
      ended.abort();
      clearInterval(watch);
      await keeping;
      if (lost.signal.aborted) logger.warn({ stream, name }, "leads no more: another does, or NATS was unavailable");
      else await this.#giveUp(sequence);
    }
  }

  /** Write that we lead, in the place of a message of ours, or where there is none (0). */
  async #say(sequence: number): Promise<number | "taken" | "unknown"> {
    try {
      const expect = { lastSubjectSequence: sequence };
      const { seq } = await this.#link.jetstream.publish(this.#subject, this.#who, { expect });
      return seq;
    } catch (error) {
      if (wrongLastSequence.includes(apiCode(error) ?? 0)) return "taken";
      // The leader finds out by the time that passes.
      if (isTemporaryNatsFault(error) || isFull(error) || this.#link.connection.isClosed()) return "unknown";
      throw error;
    }
  }

  /** Once for each holder: while one of an older version leads, searches of a newer one wait. */
  async #sayWhoLeads(signal: AbortSignal): Promise<void> {
    const { stream, name, leadMs } = this.#lead;
    const held = await lastLease(this.#link, this.#lead, AbortSignal.any([signal, AbortSignal.timeout(leadMs / 5)]));
    const holder = held === undefined ? undefined : holderOf(held);
    const text = JSON.stringify(holder);
    if (held === undefined || signal.aborted || text === this.#other) return;
    this.#other = text;
    const { logger } = this.#link;
    if (holder === undefined) logger.warn({ stream, name, bytes: held.length }, "waits: its lease is none of ours");
    else if (holder.version === FACT_VERSION) logger.info({ stream, name, holder }, "waits: another leads");
    else logger.warn({ stream, name, holder, version: FACT_VERSION }, OTHER_VERSION);
  }

  #open(signal: AbortSignal): Promise<void> {
    return openLeaseStream(this.#link, { ...this.#lead, signal });
  }

  /** So that the next need not wait. */
  async #giveUp(sequence: number): Promise<void> {
    const mine = { filter: this.#subject, seq: sequence + 1 };
    await this.#link.manager.streams.purge(leaseStream(this.#lead.stream), mine).catch(() => {});
  }
}
