import type { Stored } from "@bnas/log";
import {
  decide,
  type Fact,
  isTombstone,
  isTrainingJob,
  record,
  type Search,
  type Writer,
  writerOf,
} from "@bnas/search";
import { inSpan, type Recorder, silentRecorder } from "@bnas/telemetry";
import { JobShares } from "./job-shares.js";
import { RoundSpans } from "./round-spans.js";
import type { Searches } from "./searches.js";

export type DecideOptions = {
  readonly writer: Writer;
  readonly clock: () => Date;
  /** Records decisions and rounds; default: nothing is recorded. */
  readonly recorder?: Recorder;
  /** Training jobs that are asked for and not done, over all searches that share the trainers; left out: any number. */
  readonly openJobs?: number | undefined;
  /** There are facts of a search that was archived or deleted. */
  readonly onUnpurged?: ((searchId: string) => Promise<void>) | undefined;
};

/** Appends what `decide` wants next, for every search with news, one search after another. */
export class Decider {
  readonly #searches: Searches;
  readonly #options: DecideOptions;
  readonly #shares: JobShares;
  readonly #recorder: Recorder;
  readonly #changed = new Set<string>();
  readonly #unpurged: Set<string>;
  #wake = (): void => {};

  constructor(searches: Searches, options: DecideOptions) {
    this.#searches = searches;
    this.#options = options;
    this.#recorder = options.recorder ?? silentRecorder;
    this.#shares = new JobShares(options.openJobs);
    this.#unpurged = new Set(searches.unpurged);
  }

  /** A fact has come: see what is wanted now. */
  look(searchId: string, { fact }: Stored): void {
    const known = this.#searches.known(searchId);
    const gone = known?.state === "deleted" || (known !== undefined && known.state !== "live" && known.archived);
    if (gone && !isTombstone(fact)) this.#unpurged.add(searchId);
    this.#changed.add(searchId);
    this.#wake();
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
        for (const searchId of changed) if (!signal.aborted) await this.#decideFor(searchId, rounds);
        if (!signal.aborted) await this.#share(rounds);
        for (const searchId of this.#unpurged) if (!signal.aborted) await this.#purge(searchId);
        await this.#change(signal);
      }
    } finally {
      rounds.endAll();
    }
  }

  /** Append all that is wanted at once of a search; training jobs of those that share the trainers wait for their share. */
  async #decideFor(searchId: string, rounds: RoundSpans): Promise<void> {
    // Appending changes what is wanted next, so ask again until nothing is; every turn takes in at least one new fact.
    for (;;) {
      const search = this.#live(searchId);
      if (search === undefined) {
        rounds.end(searchId);
        this.#shares.leave(searchId);
        return;
      }
      const wanted = this.#wanted(search);
      const [jobs, now] = [wanted.filter(isTrainingJob), wanted.filter((fact) => !isTrainingJob(fact))];
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
        const search = this.#live(searchId);
        const asked = search === undefined ? [] : this.#wanted(search).filter(isTrainingJob).slice(0, jobs);
        if (asked.length > 0) await this.#append(searchId, asked, rounds);
        await this.#decideFor(searchId, rounds);
      }
    }
  }

  async #append(searchId: string, facts: readonly Fact[], rounds: RoundSpans): Promise<void> {
    const { writer, clock } = this.#options;
    const append = async () => {
      for (const fact of facts) {
        const { stored } = await this.#searches.log.append(record(searchId, fact, writer, clock().toISOString()));
        this.#searches.add(stored);
      }
    };
    const attributes = { "bnas.search": searchId, "bnas.writer": writer, "bnas.facts.wanted": facts.length };
    await rounds.run(searchId, facts, () => inSpan(this.#recorder, "decide", { attributes }, append));
  }

  async #purge(searchId: string): Promise<void> {
    this.#unpurged.delete(searchId);
    await this.#options.onUnpurged?.(searchId);
  }

  #live(searchId: string): Search | undefined {
    const known = this.#searches.known(searchId);
    return known?.state === "live" ? known.followed.search : undefined;
  }

  #wanted(search: Search): readonly Fact[] {
    return decide(search).filter(({ kind }) => writerOf(kind) === this.#options.writer);
  }

  async #change(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#changed.size > 0) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = () => {};
  }
}
