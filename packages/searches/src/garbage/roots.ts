import { concurrently } from "@bnas/disk";
import type { FactLog, Stored } from "@bnas/log";
import { tombstonesOf } from "@bnas/log";
import { type CheckpointRef, isTombstone, patternOf, searchIdOf, searchPattern, TOMBSTONE_KINDS } from "@bnas/search";
import type { BlobStore } from "@bnas/store";
import { readArchive } from "../archive.js";
import { followAll } from "../followed.js";
import { findFacts } from "../search-facts.js";
import { checkpointsKept } from "./garbage.js";

/** Searches on their way at once: a log may hold many more than memory does. */
const AT_ONCE = 16;

/** What a search keeps in the store. */
export type Root = {
  readonly searchId: string;
  readonly state: "live" | "ended" | "deleted";
  readonly checkpoints: ReadonlySet<CheckpointRef>;
  /** Of an archived search: the blob of its facts. */
  readonly archive?: string | undefined;
  /** Of a deleted search: where it stood. Nothing is kept of it; that it is there says whose store this is. */
  readonly deleted?: CheckpointRef | undefined;
};

/** What each search of a log keeps in the store. */
export const readRoots = async (
  log: FactLog,
  store: BlobStore,
  options: { readonly keepAll: boolean },
): Promise<readonly Root[]> => {
  const heads = (
    await Promise.all((["search.opened", ...TOMBSTONE_KINDS] as const).map((kind) => log.read(patternOf(kind))))
  ).flat();
  const ids = [...new Set(heads.map(({ subject }) => searchIdOf(subject)))];
  return concurrently(ids, AT_ONCE, (searchId) => rootOf(log, store, { ...options, searchId }));
};

const rootOf = async (
  log: FactLog,
  store: BlobStore,
  { searchId, keepAll }: { readonly searchId: string; readonly keepAll: boolean },
): Promise<Root> => {
  const found = await findFacts(log, searchId);
  if (found.where === "nowhere") {
    const { fact } = found.deleted;
    const deleted = (fact.kind === "search.deleted" && fact.checkpoint) || undefined;
    return { searchId, state: "deleted", checkpoints: new Set(), deleted };
  }
  const archived = found.where === "store" ? found.archived.fact : undefined;
  const facts = found.where === "log" ? found.facts : await readArchive(store, found.archived.fact);
  const search = followAll(searchId, facts)?.search;
  return {
    searchId,
    state: search?.ended === undefined ? "live" : "ended",
    checkpoints: search === undefined ? new Set() : checkpointsKept(search, { keepAll }),
    archive: archived?.blob,
  };
};

/** Remove what is there of searches beside their tombstones: from workers that came too late, or from removals that were cut off. */
export const removeStaleFacts = async (log: FactLog): Promise<void> => {
  const heads = await Promise.all(TOMBSTONE_KINDS.map((kind) => log.read(patternOf(kind))));
  await concurrently([...tombstonesOf(heads.flat())], AT_ONCE, async ([searchId, tombstone]) => {
    const late = (await log.read(searchPattern(searchId))).filter((stored: Stored) => !isStanding(stored, tombstone));
    if (late.length > 0) await log.remove(tombstone);
  });
};

const isStanding = ({ subject, fact }: Stored, tombstone: Stored): boolean =>
  isTombstone(fact) && subject === tombstone.subject;
