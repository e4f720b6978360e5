import {
  decide,
  evolve,
  type Fact,
  type Recorded,
  record,
  type Search,
  searchIdOf,
  start,
  type Writer,
  writerOf,
} from "@bnas/search";
import type { FactLog, Stored } from "./log/fact-log.js";
import { inSpan } from "./telemetry/in-span.js";
import { RoundSpans } from "./telemetry/round-spans.js";

/** A search as the log tells it up to `sequence`. */
export type Followed = {
  readonly search: Search;
  readonly sequence: number;
  /** RFC 3339 times of its first and, when it has ended, its last fact. */
  readonly created: string;
  readonly ended: string | undefined;
};

/**
 * Every search of a log, folded as its facts come. State is only here to answer quickly: whoever starts anew folds the log
 * again and stands where the last one stood.
 */
export class Searches {
  readonly #log: FactLog;
  readonly #followed = new Map<string, Followed>();
  /** Where the watch goes on: after the last fact that was read, not after one of our own, which may have overtaken others. */
  #read = 0;

  private constructor(log: FactLog) {
    this.#log = log;
  }

  /** Fold what the log holds now. */
  static async open(log: FactLog): Promise<Searches> {
    const searches = new Searches(log);
    for (const stored of await log.read("bnas.search.>")) {
      searches.#fold(stored);
      searches.#read = stored.sequence;
    }
    return searches;
  }

  get(searchId: string): Followed | undefined {
    return this.#followed.get(searchId);
  }

  /** By id, in the order of their names. */
  list(): readonly (readonly [string, Followed])[] {
    return [...this.#followed].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Fold one fact that an append gave back, so that its writer sees it before the watch brings it. */
  take(stored: Stored): Followed {
    return this.#fold(stored);
  }

  /**
   * Follow the log until the signal aborts: fold each fact, then append what `decide` wants of this writer. The whole of a
   * service's control flow is this loop; what happens next is decided in packages/search alone.
   */
  async follow(options: {
    readonly writer: Writer;
    readonly clock: () => Date;
    readonly signal: AbortSignal;
    readonly onFact?: (searchId: string, stored: Stored) => void;
  }): Promise<void> {
    const rounds = new RoundSpans(options.writer);
    try {
      for (const [searchId] of this.list()) await this.#appendWanted(searchId, { ...options, rounds });
      for await (const stored of this.#log.watch("bnas.search.>", { after: this.#read, signal: options.signal })) {
        const { ended } = this.#fold(stored);
        const searchId = searchIdOf(stored.subject);
        options.onFact?.(searchId, stored);
        if (ended !== undefined) rounds.end(searchId);
        await this.#appendWanted(searchId, { ...options, rounds });
      }
    } finally {
      rounds.endAll();
    }
  }

  async #appendWanted(
    searchId: string,
    options: { readonly writer: Writer; readonly clock: () => Date; readonly rounds: RoundSpans },
  ) {
    // Appending changes what is wanted next, so ask again until nothing is; every turn folds at least one new fact.
    for (let wanted = this.#wanted(searchId, options.writer); wanted.length > 0; ) {
      const facts = wanted;
      const append = async () => {
        for (const fact of facts) {
          const { stored } = await this.#log.append(this.#record(searchId, fact, options));
          this.#fold(stored);
        }
      };
      const attributes = { "bnas.search": searchId, "bnas.writer": options.writer, "bnas.facts.wanted": facts.length };
      await options.rounds.run(searchId, facts, () => inSpan("decide", { attributes }, append));
      wanted = this.#wanted(searchId, options.writer);
    }
  }

  #wanted(searchId: string, writer: Writer): readonly Fact[] {
    const followed = this.#followed.get(searchId);
    return followed === undefined ? [] : decide(followed.search).filter((fact) => writerOf(fact.kind) === writer);
  }

  #record(searchId: string, fact: Fact, options: { readonly writer: Writer; readonly clock: () => Date }): Recorded {
    return record(searchId, fact, options.writer, options.clock().toISOString());
  }

  #fold(stored: Stored): Followed {
    const searchId = searchIdOf(stored.subject);
    const before = this.#followed.get(searchId);
    // A fact of our own comes twice: from the append and from the watch. Folding it twice changes nothing.
    const search = evolve(before?.search ?? start(searchId), stored.fact);
    const ends = /^search\.(finished|failed|cancelled)$/.test(stored.fact.kind);
    const after: Followed = {
      search,
      sequence: Math.max(before?.sequence ?? 0, stored.sequence),
      created: before?.created ?? stored.time,
      ended: before?.ended ?? (ends ? stored.time : undefined),
    };
    this.#followed.set(searchId, after);
    return after;
  }
}
