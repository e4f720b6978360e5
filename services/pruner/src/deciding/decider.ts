import { setTimeout as sleep } from "node:timers/promises";
import { type BnasError, backOff, fault, hasCode, messageOf } from "@bnas/errors";
import { factsDamaged, type Stored, subjectTaken, type Unreadable } from "@bnas/log";
import {
  decide,
  type Fact,
  isTombstone,
  isTrainingJob,
  keyOf,
  record,
  repeatedBy,
  requestOf,
  rowOf,
  type Search,
  searchPattern,
  subjectOf,
  subjectTail,
  type Writer,
  wanted,
  writerOf,
} from "@bnas/search";
import { afterOf, askAgain, type Refused, rootOf } from "@bnas/searches";
import { inSpan, type Logger, type Recorder, silentRecorder } from "@bnas/telemetry";
import { HeldBack } from "./held-back.js";
import { JobShares } from "./job-shares.js";
import { RoundSpans } from "./round-spans.js";
import type { Searches } from "./searches.js";

/** Between two tries to append to a log that is full. */
const roomWaitsMs = { first: 500, most: 10_000 };

export type DecideOptions = {
  readonly writer: Writer;
  readonly clock: () => Date;
  /** Records decisions and rounds; default: nothing is recorded. */
  readonly recorder?: Recorder;
  readonly logger?: Logger;
  /** Training jobs that are asked for and not done, over all searches that share the trainers; left out: any number. */
  readonly openJobs?: number | undefined;
  /** How many training jobs more may be asked for of the searches of an owner; left out: any number. */
  readonly jobsLeft?: ((owner: string | undefined) => number) | undefined;
  /** There are facts of a search that was archived or deleted. */
  readonly onUnpurged?: ((searchId: string) => Promise<void>) | undefined;
};

/** How long a search waits at most for jobs that its owner was given. */
const HELD_BACK_MS = 10_000;

/** Appends what `decide` wants next, for every search with news, one search after another. */
export class Decider {
  readonly #searches: Searches;
  readonly #options: DecideOptions;
  readonly #shares: JobShares;
  readonly #recorder: Recorder;
  readonly #changed = new Set<string>();
  readonly #unpurged: Set<string>;
  /** Of a search the message that holds one of its subjects and cannot be removed. */
  readonly #held = new Map<string, Unreadable>();
  /** Searches that cannot even be ended: the subjects of their ends are held. */
  readonly #lost = new Set<string>();
  readonly #heldBack: HeldBack;
  #wake = (): void => {};
  /** How often in a row there was no room. */
  #fulls = 0;

  constructor(searches: Searches, options: DecideOptions) {
    this.#searches = searches;
    this.#options = options;
    this.#recorder = options.recorder ?? silentRecorder;
    this.#shares = new JobShares(options.openJobs);
    this.#heldBack = new HeldBack(options.jobsLeft);
    this.#unpurged = new Set(searches.unpurged);
    searches.aside.listen((searchId) => {
      this.#changed.add(searchId);
      this.#wake();
    });
  }

  /** A fact has come: see what is wanted now. */
  look(searchId: string, { fact }: Stored): void {
    const known = this.#searches.known(searchId);
    const gone = known?.state === "deleted" || (known !== undefined && known.state !== "live" && known.archived);
    if (gone && !isTombstone(fact)) this.#unpurged.add(searchId);
    this.#changed.add(searchId);
    for (const other of this.#heldBack.take(this.#ownerOf(searchId))) this.#changed.add(other);
    this.#wake();
  }

  #withinQuota(search: Search, jobs: readonly Fact[]): readonly Fact[] {
    return this.#heldBack.within(search.id, this.#ownerOf(search.id), jobs);
  }

  #ownerOf(searchId: string): string | undefined {
    const known = this.#searches.known(searchId);
    return known?.state === "live" ? known.followed.owner : known?.used.owner;
  }

  /** Decide until the signal aborts: first for every search, then for those whose facts come. */
  async decide(signal: AbortSignal): Promise<void> {
    const rounds = new RoundSpans(this.#options.writer, this.#recorder);
    for (const [searchId, { state }] of this.#searches.list()) if (state === "live") this.#changed.add(searchId);
    signal.addEventListener("abort", () => this.#wake());
    try {
      while (!signal.aborted) {
        const changed = [...this.#changed];
        this.#changed.clear();
        try {
          await this.#turn(changed, rounds, signal);
          this.#fulls = 0;
          await this.#change(signal);
        } catch (error) {
          if (!hasCode(error, "NO_ROOM")) throw error;
          await this.#waitForRoom(error, signal);
        }
      }
    } finally {
      rounds.endAll();
    }
  }

  async #turn(changed: readonly string[], rounds: RoundSpans, signal: AbortSignal): Promise<void> {
    if (!signal.aborted) await this.#clear();
    for (const searchId of changed) if (!signal.aborted) await this.#decideFor(searchId, rounds);
    if (!signal.aborted) await this.#share(rounds);
    for (const searchId of this.#unpurged) if (!signal.aborted) await this.#purge(searchId);
  }

  /** The log is full: calls are answered, and what is wanted of each search is tried again. (`watchRoom` says so.) */
  async #waitForRoom(error: BnasError<"NO_ROOM">, signal: AbortSignal): Promise<void> {
    this.#options.logger?.warn({ err: error, hint: error.hint }, "the log is full: searches wait");
    for (const { search } of this.#searches.live()) this.#changed.add(search.id);
    await sleep(backOff(++this.#fulls, roomWaitsMs), undefined, { signal }).catch(() => {});
  }

  /** Free the subjects of live searches of what is no fact. */
  async #clear(): Promise<void> {
    const { aside } = this.#searches;
    for (const searchId of aside.takeUnclear()) {
      const held = await aside.quarantine.clear(searchId);
      if (held !== undefined) this.#held.set(searchId, held);
    }
  }

  /** Append what is wanted of a search. What is wrong with its facts ends this search, and no other. */
  async #decideFor(searchId: string, rounds: RoundSpans): Promise<void> {
    try {
      await this.#endIfHeld(searchId);
      await this.#decideNext(searchId, rounds);
    } catch (error) {
      if (!hasCode(error, "SUBJECT_TAKEN", "FACTS_DAMAGED", "INVALID_INPUT")) throw error;
      await this.#fail(searchId, error.message, error.hint);
    }
  }

  /** A search ends when it waits for the fact of a subject that is held by what is none. */
  async #endIfHeld(searchId: string): Promise<void> {
    const held = this.#held.get(searchId);
    const key = held === undefined ? undefined : keyOf(held.subject);
    if (held === undefined || key === undefined || this.#live(searchId) === undefined) return;
    const request = requestOf(key);
    if (request === undefined || (await this.#searches.log.read(subjectOf(searchId, request))).length === 0) return;
    throw subjectTaken(held);
  }

  async #fail(searchId: string, reason: string, hint: string): Promise<void> {
    if (this.#options.writer !== "pruner" || this.#live(searchId) === undefined) return;
    const ends = [
      { kind: "search.failed", reason, hint },
      { kind: "search.cancelled", reason: `it cannot continue, and cannot be failed: ${reason}`.slice(0, 1000) },
    ] as const;
    for (const end of ends) {
      try {
        const { clock, writer } = this.#options;
        const { stored } = await this.#searches.log.append(record(searchId, end, writer, clock().toISOString()));
        this.#searches.add(stored);
        this.#held.delete(searchId);
        return;
      } catch (error) {
        if (!hasCode(error, "SUBJECT_TAKEN")) throw error;
      }
    }
    this.#lost.add(searchId);
  }

  /** Append all that is wanted at once of a search; training jobs of those that share the trainers wait for their share. */
  async #decideNext(searchId: string, rounds: RoundSpans): Promise<void> {
    // Appending changes what is wanted next, so ask again until nothing is; every turn takes in at least one new fact.
    for (;;) {
      const search = this.#live(searchId);
      if (search === undefined) {
        rounds.end(searchId);
        this.#shares.leave(searchId);
        return;
      }
      await this.#freeRefused(searchId);
      const wanted = this.#wanted(search);
      const now = wanted.filter((fact) => !isTrainingJob(fact));
      const jobs = now.length > 0 ? [] : this.#withinQuota(search, wanted.filter(isTrainingJob));
      if (now.length > 0) await this.#append(searchId, now, rounds);
      else if (search.spec?.dedicated && jobs.length > 0) await this.#append(searchId, jobs, rounds);
      else return this.#shares.ask(search, jobs.length);
    }
  }

  /** Ask for the training jobs that may be asked for now. */
  async #share(rounds: RoundSpans): Promise<void> {
    for (;;) {
      const turns = this.#shares.next();
      if (turns.length === 0) return;
      for (const { searchId, jobs } of turns) {
        try {
          const search = this.#live(searchId);
          const wanted = search === undefined ? [] : this.#wanted(search).filter(isTrainingJob);
          const asked = search === undefined ? [] : this.#withinQuota(search, wanted).slice(0, jobs);
          if (asked.length > 0) await this.#append(searchId, asked, rounds);
        } catch (error) {
          if (!hasCode(error, "SUBJECT_TAKEN", "FACTS_DAMAGED", "INVALID_INPUT")) throw error;
          await this.#fail(searchId, error.message, error.hint);
        }
        await this.#decideFor(searchId, rounds);
      }
    }
  }

  async #append(searchId: string, facts: readonly Fact[], rounds: RoundSpans): Promise<void> {
    const { writer, clock } = this.#options;
    const append = async () => {
      for (const fact of facts) {
        const proved = await this.#proved(searchId, fact);
        const { stored } = await this.#searches.log.append(record(searchId, proved, writer, clock().toISOString()));
        this.#searches.add(stored);
      }
    };
    const attributes = { "bnas.search": searchId, "bnas.writer": writer, "bnas.facts.wanted": facts.length };
    await rounds.run(searchId, facts, () => inSpan(this.#recorder, "decide", { attributes }, append));
  }

  /** A decision names all facts before it that none has named yet; the last one also their order. */
  async #proved(searchId: string, fact: Fact): Promise<Fact> {
    const known = this.#searches.known(searchId);
    if (known?.state !== "live" || !known.followed.chain.proof || !("after" in rowOf(fact.kind).body)) return fact;
    const after = afterOf(known.followed.chain);
    if (after.length === 0) return fact;
    // The cast: the row of every kind that the pruner decides has the fields.
    const naming = { ...fact, after } as Fact;
    if (naming.kind !== "search.finished") return naming;
    return { ...naming, root: rootOf(await this.#searches.log.read(searchPattern(searchId)), after) };
  }

  /**
   * Facts that are none of their search: their places are freed, and what the search waits for there is asked for again. It ends, and says which
   * fact it was, where that cannot be.
   */
  async #freeRefused(searchId: string): Promise<void> {
    const known = this.#searches.known(searchId);
    if (known?.state !== "live" || this.#options.writer !== "pruner") return;
    const { quarantine } = this.#searches.aside;
    for (const one of known.followed.refused) {
      const isWaitedFor = await this.#isWaitedFor(known.followed.search, one.subject);
      // Asked for before it is removed: who is stopped in between does both again.
      const isAsked = !isWaitedFor || (quarantine.canRemove && (await this.#askAgain(searchId, one)));
      if (isAsked && (await quarantine.remove(one))) this.#searches.forget(searchId, one.sequence);
      else if (isWaitedFor) throw refusal(one);
    }
  }

  /** Whether a search cannot continue without the fact of a subject. */
  async #isWaitedFor(search: Search, subject: string): Promise<boolean> {
    const key = keyOf(subject);
    if (key === undefined) return false;
    const request = requestOf(key);
    if (request !== undefined) return (await this.#searches.log.read(subjectOf(search.id, request))).length > 0;
    return wanted(search).some((fact) => subjectOf(search.id, fact) === subject);
  }

  async #askAgain(searchId: string, { subject, sha256 }: Refused): Promise<boolean> {
    const answer = subjectTail(subject);
    // What the pruner itself writes it writes again.
    if (repeatedBy(searchId, answer) === undefined) return true;
    const { writer, clock } = this.#options;
    const time = clock().toISOString();
    return askAgain(this.#searches.log, searchId, { answer, refused: sha256 }, { writer, time });
  }

  async #purge(searchId: string): Promise<void> {
    this.#unpurged.delete(searchId);
    await this.#options.onUnpurged?.(searchId);
  }

  #live(searchId: string): Search | undefined {
    const known = this.#searches.known(searchId);
    if (known?.state !== "live" || this.#lost.has(searchId)) return undefined;
    return known.followed.search;
  }

  #wanted(search: Search): readonly Fact[] {
    try {
      return decide(search).filter(({ kind }) => writerOf(kind) === this.#options.writer);
    } catch (error) {
      const hint = `\`bnas facts ${search.id}\` exports them; begin the search again under another id.`;
      throw factsDamaged(`search ${search.id}`, messageOf(error), "facts that a next step follows from", hint);
    }
  }

  async #change(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#changed.size > 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      // Quotas may be raised, of which no fact tells.
      if (this.#heldBack.any) timer = setTimeout(resolve, HELD_BACK_MS).unref();
    });
    clearTimeout(timer);
    if (this.#changed.size === 0) for (const searchId of this.#heldBack.takeAll()) this.#changed.add(searchId);
    this.#wake = () => {};
  }
}

const refusal = ({ subject, sequence, field, reason, writer }: Refused) =>
  fault(
    "FACTS_DAMAGED",
    `${subject} (sequence ${sequence}), written as the ${writer}, is none of this search: its ${field} ${reason}`,
    "Its place is taken, so the search cannot have its own. Find out who wrote it (docs/security.md), then begin the search again under another id.",
  );
