import { FACT_VERSION, type Recorded, searchIdOf, searchPattern, subjectOf } from "@bnas/search";

/** Searches whose version is remembered: a few bytes each. */
const MOST_REMEMBERED = 10_000;

/**
 * In which version each search is written: that of the fact that opened it, or, where that has left the log, that of the tombstone in its
 * place. So services of a newer version continue a search for those that have opened it (docs/adr/0036).
 */
export class SearchVersions {
  readonly #read: (pattern: string) => Promise<readonly Recorded[]>;
  readonly #known = new Map<string, number>();

  constructor(read: (pattern: string) => Promise<readonly Recorded[]>) {
    this.#read = read;
  }

  /** The fact, in the version of its search. Nothing is read where there is only one version. */
  async asOpened(recorded: Recorded): Promise<Recorded> {
    const { version, subject, fact } = recorded;
    if (version === 1 || fact.kind === "search.opened") return recorded;
    return { ...recorded, version: await this.#versionOf(searchIdOf(subject)) };
  }

  async #versionOf(searchId: string): Promise<number> {
    const known = this.#known.get(searchId);
    if (known !== undefined) return known;
    const [opened] = await this.#read(subjectOf(searchId, { kind: "search.opened" }));
    const [first = opened] = opened === undefined ? await this.#read(searchPattern(searchId)) : [];
    // Not yet opened: it may be in any version.
    if (first === undefined) return FACT_VERSION;
    if (this.#known.size >= MOST_REMEMBERED) this.#known.clear();
    this.#known.set(searchId, first.version);
    return first.version;
  }
}
