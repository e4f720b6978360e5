import { concurrently } from "@bnas/disk";
import { hasCode } from "@bnas/errors";
import { type FactLog, type Stored, tombstonesOf } from "@bnas/log";
import { searchIdOf, searchPattern } from "@bnas/search";
import { checkpointsIn, readArchive, removeCheckpoints } from "@bnas/searches";
import type { BlobStore } from "@bnas/store";
import type { Logger } from "@bnas/telemetry";
import type { Searches } from "../deciding/searches.js";

type Mesh = {
  readonly log: FactLog;
  readonly searches: Searches;
  readonly store: BlobStore | undefined;
  readonly logger: Logger;
  readonly clock: () => Date;
};

/** Other searches of the same seed that are checked for shared blobs; with more of them `bnas gc` removes what no search uses. */
const MOST_OTHERS = 100;
const READ_AT_ONCE = 16;
/** Longer than clocks differ. */
const DAY_MS = 24 * 3_600_000;

/** Remove what exists of a search besides its tombstone: the removal was interrupted, or a worker wrote a stale fact. */
export const purgeSearch = async (mesh: Mesh, searchId: string): Promise<void> => {
  const tombstone = tombstonesOf(await mesh.log.read(searchPattern(searchId))).get(searchId);
  if (tombstone?.fact.kind === "search.deleted") await purgeDeleted(mesh, tombstone, []);
  else if (tombstone !== undefined) await mesh.log.remove(tombstone);
};

/**
 * Remove the blobs of a deleted search, where there is a store, and then its facts, which name them.
 * @param left facts that the log does not show any more
 */
export const purgeDeleted = async (mesh: Mesh, deleted: Stored, left: readonly Stored[]): Promise<void> => {
  const { log, store } = mesh;
  if (store !== undefined) {
    const held = await log.read(searchPattern(searchIdOf(deleted.subject)));
    await removeBlobs({ ...mesh, store }, deleted, [...left, ...held]);
  }
  await log.remove(deleted);
};

/** The facts of an archived search and that which says so; that alone where the store cannot tell the others. */
export const factsLeft = async ({ store }: Pick<Mesh, "store">, archived: Stored): Promise<readonly Stored[]> => {
  if (store === undefined || archived.fact.kind !== "search.archived") return [archived];
  try {
    return [...(await readArchive(store, archived.fact)), archived];
  } catch (error) {
    if (hasCode(error, "BLOB_MISSING")) return [archived];
    throw error;
  }
};

const removeBlobs = async (
  mesh: Mesh & { readonly store: BlobStore },
  deleted: Stored,
  facts: readonly Stored[],
): Promise<void> => {
  const { store, clock } = mesh;
  const searchId = searchIdOf(deleted.subject);
  const archived = facts.filter(({ fact }) => fact.kind === "search.archived");
  const all = [...facts, ...(await Promise.all(archived.map((one) => factsLeft(mesh, one)))).flat()];
  const before = clock().getTime() + DAY_MS;
  const opened = all.find(({ fact }) => fact.kind === "search.opened");
  if (opened?.fact.kind === "search.opened") {
    const others = new OthersOfSeed(mesh, searchId, opened.fact.spec.seed);
    const kept = await others.checkpoints();
    if (kept === undefined) {
      const hint = "`bnas gc` removes what none of them reaches";
      mesh.logger.info({ search: searchId, hint }, "left the blobs of a deleted search: others may share them");
    } else {
      const mayGoOn = () => !others.anyLives();
      await removeCheckpoints(store, checkpointsIn(all), { kept, before, mayGoOn });
    }
  }
  // Last: it names the others.
  for (const { fact } of archived) if (fact.kind === "search.archived") await store.remove(fact.blob, before);
};

/** The searches that may share blobs with one: those of its seed, from which all weights follow. */
class OthersOfSeed {
  readonly #mesh: Mesh;
  readonly #searchId: string;
  readonly #seed: number;

  constructor(mesh: Mesh, searchId: string, seed: number) {
    this.#mesh = mesh;
    this.#searchId = searchId;
    this.#seed = seed;
  }

  /** One that lives may be putting the same bytes at this moment, and no fact tells of them yet. */
  anyLives(): boolean {
    return this.#mesh.searches
      .live()
      .some(({ search }) => search.id !== this.#searchId && search.spec?.seed === this.#seed);
  }

  /** Every checkpoint of theirs; undefined: that is not known. */
  async checkpoints(): Promise<ReadonlySet<string> | undefined> {
    const { searches } = this.#mesh;
    const others = searches
      .list()
      .filter(([id, known]) => id !== this.#searchId && "seed" in known && known.seed === this.#seed)
      .map(([id]) => id);
    if (this.anyLives() || others.length > MOST_OTHERS) return undefined;
    try {
      const found = await concurrently(others, READ_AT_ONCE, (id) => searches.facts(id));
      return new Set(found.flatMap((facts) => [...checkpointsIn(facts ?? [])]));
    } catch (error) {
      // Of an archived search it is not known any more what it uses.
      if (hasCode(error, "BLOB_MISSING")) return undefined;
      throw error;
    }
  }
}
