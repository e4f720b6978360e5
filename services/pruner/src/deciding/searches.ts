import { concurrently } from "@bnas/disk";
import { type FactLog, Quarantine, type Stored, unwanted } from "@bnas/log";
import {
  ALL_SEARCHES,
  END_KINDS,
  endsSearch,
  type Fact,
  patternOf,
  searchIdOf,
  searchPattern,
  subjectTail,
} from "@bnas/search";
import { type Followed, follow, followAll, type Misfit, misfitOf, readSearchFacts } from "@bnas/searches";
import type { BlobStore } from "@bnas/store";
import { LRUCache } from "lru-cache";
import { Aside } from "./aside.js";
import { BlobCheck } from "./blob-check.js";
import { endedSearch, type KnownSearch, knownAfter, knownOf } from "./known-search.js";

/** Searches that are read at once when a process starts. */
const READ_AT_ONCE = 16;
/** Ended searches that stay folded after a request. */
const KEPT_FOLDED = 32;

/**
 * Every search of a log: those that live are folded as their facts come, those that have ended on request. State is only here to
 * answer quickly: a pruner that restarts reads the log again and has the same state.
 */
export class Searches {
  readonly log: FactLog;
  /** What of the log is no fact, and the searches that it is in the way of. */
  readonly aside: Aside;
  readonly #store: BlobStore | undefined;
  readonly #blobs: BlobCheck;
  readonly #known = new Map<string, KnownSearch>();
  readonly #ended = new LRUCache<string, Followed, () => Promise<Followed | undefined>>({
    max: KEPT_FOLDED,
    // Those who ask for one that is being read wait for the same reading, and get it also if it is dropped meanwhile.
    fetchMethod: (_searchId, _stale, { context }) => context(),
    ignoreFetchAbort: true,
  });
  /** Searches with a tombstone of which other facts existed at the start: their removal was interrupted. */
  readonly unpurged: string[] = [];
  /** Where the watch continues: after the last fact that was read, not after one of our own, which may have overtaken others. */
  #read = 0;

  private constructor(log: FactLog, store: BlobStore | undefined, quarantine: Quarantine) {
    this.log = log;
    this.aside = new Aside(quarantine, (searchId) => this.#known.get(searchId)?.state === "live");
    this.#store = store;
    this.#blobs = new BlobCheck(store);
  }

  /**
   * Read which searches there are, and fold those that live. @param store where archived searches are @param quarantine where the log sets
   * aside what is no fact
   */
  static async open(log: FactLog, store?: BlobStore, quarantine = new Quarantine()): Promise<Searches> {
    const searches = new Searches(log, store, quarantine);
    // Before everything else: what comes meanwhile is watched from here.
    searches.#read = await log.last();
    const heads = await readHeads(log);
    const wanted = [...heads].filter(([searchId, head]) => searches.#knowHead(searchId, head)).map(([id]) => id);
    await concurrently(wanted, READ_AT_ONCE, async (searchId) => {
      const facts = await log.read(searchPattern(searchId));
      const hasEnded = searches.#known.has(searchId);
      const followed = hasEnded ? followAll(searchId, facts) : await searches.#follow(searchId, facts);
      if (followed !== undefined) searches.#known.set(searchId, knownOf(followed));
    });
    searches.aside.begin();
    return searches;
  }

  /** What is known of a search without reading anything; undefined: it was not opened, as far as this process has seen. */
  known(searchId: string): KnownSearch | undefined {
    return this.#known.get(searchId);
  }

  /**
   * A search, read again if it has ended, or if another process has opened it a moment ago. Undefined for one that was never
   * opened, or was deleted.
   * @throws FAILED_PRECONDITION for an archived one when there is no store
   */
  async get(searchId: string): Promise<Followed | undefined> {
    const known = this.#known.get(searchId);
    if (known?.state === "live") return known.followed;
    if (known?.state === "deleted") return undefined;
    const read = () => this.#readSearch(searchId);
    return known === undefined ? read() : this.#ended.fetch(searchId, { context: read });
  }

  /** The facts of a search, wherever they are; undefined for one that was deleted. */
  facts(searchId: string): Promise<readonly Stored[] | undefined> {
    return readSearchFacts(this.log, this.#store, searchId);
  }

  /** What is known of each search, by id, in the order of their names. */
  list(): readonly (readonly [string, KnownSearch])[] {
    return [...this.#known].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** What is known of each search, in no order. */
  each(): Iterable<KnownSearch> {
    return this.#known.values();
  }

  /** The searches that have not ended. */
  live(): readonly Followed[] {
    return [...this.#known.values()].flatMap((known) => (known.state === "live" ? [known.followed] : []));
  }

  /** Take in a fact that an append gave back, so that its writer sees it before the watch brings it. */
  add(stored: Stored): void {
    this.#fold(stored, true);
  }

  /**
   * Answers that the log has and no decision names yet: their blobs are looked at, as those of an answer that comes. What a decision names was
   * taken; its blobs may be collected since.
   */
  async #unfitOf(followed: Followed | undefined, facts: readonly Stored[]): Promise<ReadonlyMap<number, Misfit>> {
    const unnamed = new Set(followed?.chain.unnamed.map(({ sequence }) => sequence));
    const found = new Map<number, Misfit>();
    for (const stored of facts) {
      const misfit = unnamed.has(stored.sequence)
        ? await this.#blobs.misfit(stored, (subject) => this.log.read(subject))
        : undefined;
      if (misfit !== undefined) found.set(stored.sequence, misfit);
    }
    return found;
  }

  #fold(stored: Stored, overtaking: boolean, misfit?: Misfit): void {
    const searchId = searchIdOf(stored.subject);
    const before = this.#known.get(searchId);
    const after = knownAfter(before, searchId, stored, { overtaking, misfit });
    if (after?.state === "live") this.#setAside(after.followed, [stored]);
    if (after === undefined) this.aside.quarantine.setAside(unwanted(stored, "never-opened"));
    else this.#known.set(searchId, after);
    if (before === undefined && after?.state === "live") this.aside.opened(searchId);
    // A fact that came after the end, or the end itself: what was folded before is not all.
    if (after?.state !== "live") this.#ended.delete(searchId);
  }

  /** Those of the facts that are none of their search. */
  #setAside({ refused }: Pick<Followed, "refused">, facts: readonly Stored[]): void {
    for (const { sequence, field, reason } of refused) {
      const stored = facts.find((one) => one.sequence === sequence);
      if (stored === undefined) continue;
      const kind = field === "subject" ? "not-asked" : field === "fact" ? "does-not-fit" : "refused";
      this.aside.quarantine.setAside(unwanted(stored, kind, `its ${field} ${reason}`));
    }
  }

  /** What was refused is gone from the log. */
  forget(searchId: string, sequence: number): void {
    const known = this.#known.get(searchId);
    if (known?.state !== "live") return;
    const refused = known.followed.refused.filter((one) => one.sequence !== sequence);
    this.#known.set(searchId, { ...known, followed: { ...known.followed, refused } });
  }

  /** Take in each fact as it comes, until the signal aborts. @param onFact is called after it was taken in */
  async watch(signal: AbortSignal, onFact: (searchId: string, stored: Stored) => void): Promise<void> {
    for await (const stored of this.log.watch(ALL_SEARCHES, { after: this.#read, signal })) {
      const misfit = await this.#misfitOf(stored, signal);
      this.#read = stored.sequence;
      this.#fold(stored, false, misfit);
      if (stored.fact.kind === "search.opened") await this.#refuseEarlier(stored);
      if (this.#isTaken(stored)) await this.#readAgain(searchIdOf(stored.subject), stored.sequence);
      onFact(searchIdOf(stored.subject), stored);
    }
  }

  /** What was written before a search was opened is none of it, and in its way. */
  async #refuseEarlier({ subject, sequence }: Stored): Promise<void> {
    const searchId = searchIdOf(subject);
    const before = (await this.log.read(searchPattern(searchId))).filter((stored) => stored.sequence < sequence);
    const known = this.#known.get(searchId);
    if (before.length === 0 || known?.state !== "live") return;
    const refused =
      before.reduce<Followed | undefined>((known, stored) => follow(known, searchId, stored), undefined)?.refused ?? [];
    this.#setAside({ refused }, before);
    this.#known.set(searchId, {
      ...known,
      followed: { ...known.followed, refused: [...refused, ...known.followed.refused] },
    });
  }

  /** Whether the pruner that leads has taken what was refused here: a store may show a blob to one of them only. */
  #isTaken({ subject, fact }: Stored): boolean {
    const known = this.#known.get(searchIdOf(subject));
    if (known?.state !== "live" || known.followed.refused.length === 0) return false;
    return known.followed.refused.some((one) => names(fact, subjectTail(one.subject)));
  }

  async #readAgain(searchId: string, sequence: number): Promise<void> {
    const facts = (await this.log.read(searchPattern(searchId))).filter((stored) => stored.sequence <= sequence);
    const followed = await this.#follow(searchId, facts);
    if (followed !== undefined) this.#known.set(searchId, knownOf(followed));
  }

  /** Fold the facts of a search that lives. */
  async #follow(searchId: string, facts: readonly Stored[]): Promise<Followed | undefined> {
    const unfit = await this.#unfitOf(followAll(searchId, facts), facts);
    const followed = followAll(searchId, facts, (stored) => unfit.get(stored.sequence));
    if (followed !== undefined) this.#setAside(followed, facts);
    return followed;
  }

  /** Why the blobs of an answer to a live search are none of it. */
  async #misfitOf(stored: Stored, signal: AbortSignal): Promise<Misfit | undefined> {
    const searchId = searchIdOf(stored.subject);
    const known = this.#known.get(searchId);
    if (known?.state !== "live" || !known.followed.chain.proof) return undefined;
    // What was not asked for is refused by that alone, whatever its blobs are.
    if (misfitOf(known.followed.chain, known.followed.search, stored) !== undefined) return undefined;
    const misfit = await this.#blobs.misfit(stored, (subject) => this.log.read(subject), signal);
    if (misfit === undefined) return undefined;
    // The pruner that leads may have taken it before its blob was lost.
    const later = await this.log.read(searchPattern(searchId), stored.sequence);
    return later.some(({ fact }) => names(fact, subjectTail(stored.subject))) ? undefined : misfit;
  }

  async #readSearch(searchId: string): Promise<Followed | undefined> {
    const facts = await this.facts(searchId);
    const followed = facts && followAll(searchId, facts);
    if (followed !== undefined && facts !== undefined) this.#setAside(followed, facts);
    // Another process opened it, or deleted it, and the watch has not brought that yet.
    if (facts === undefined) this.#known.set(searchId, { state: "deleted", used: {} });
    else if (followed !== undefined && !this.#known.has(searchId)) this.#known.set(searchId, knownOf(followed));
    return followed;
  }

  /** True for a search whose facts must be read: one that lives, or that is on an account. */
  #knowHead(searchId: string, { opened, end, archived, deleted }: Head): boolean {
    const tombstone = deleted ?? archived;
    if (tombstone !== undefined) {
      this.add(tombstone);
      if ((opened ?? end ?? (deleted && archived)) !== undefined) this.unpurged.push(searchId);
    } else if (opened?.fact.kind === "search.opened" && end !== undefined && endsSearch(end.fact)) {
      const { seed } = opened.fact.spec;
      this.#known.set(searchId, endedSearch({ created: opened.time, seed, used: {} }, end.fact, end.time));
      // What it has used is in its other facts.
      return opened.fact.owner !== undefined;
    } else return opened !== undefined;
    return false;
  }
}

const names = (fact: Fact, tail: string): boolean =>
  "after" in fact && fact.after?.some((one) => one.fact === tail) === true;

/** The facts that say whether and how a search lives. */
type Head = Partial<Record<"opened" | "end" | "archived" | "deleted", Stored>>;

const readHeads = async (log: FactLog): Promise<ReadonlyMap<string, Head>> => {
  const kinds = [
    ["search.opened", "opened"],
    ...END_KINDS.map((kind) => [kind, "end"] as const),
    ["search.archived", "archived"],
    ["search.deleted", "deleted"],
  ] as const;
  const read = await Promise.all(kinds.map(([kind]) => log.read(patternOf(kind))));
  const heads = new Map<string, Head>();
  for (const [i, facts] of read.entries()) {
    const part = kinds[i]?.[1] ?? "opened";
    for (const stored of facts) {
      const searchId = searchIdOf(stored.subject);
      const head = heads.get(searchId) ?? {};
      const before = head[part];
      // Of several ends the first counts.
      if (before === undefined || stored.sequence < before.sequence) heads.set(searchId, { ...head, [part]: stored });
    }
  }
  return heads;
};
