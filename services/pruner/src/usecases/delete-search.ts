import type { FactLog, Stored } from "@bnas/log";
import { type CheckpointRef, isTombstone, parseSearchId, record, searchPattern } from "@bnas/search";
import { findFacts, followAll, lastCheckpoint, type Used, usedBy } from "@bnas/searches";
import type { BlobStore } from "@bnas/store";
import type { Logger } from "@bnas/telemetry";
import type { Searches } from "../deciding/searches.js";
import { factsLeft, purgeDeleted } from "../retention/purge-search.js";
import { cancelSearch } from "./control-search.js";
import { isNone } from "./find-search.js";

type Mesh = {
  readonly log: FactLog;
  readonly searches: Searches;
  readonly store: BlobStore | undefined;
  readonly logger: Logger;
  readonly clock: () => Date;
};

/**
 * End the search if it lives, write the tombstone that keeps its id, and remove what it leaves: the blobs that no other search
 * reaches, where there is a store, then its facts. An interrupted deletion continues with the next call, or at the next start of a
 * pruner.
 * @throws NOT_FOUND for a search that was never opened
 */
export const deleteSearch = async (mesh: Mesh, searchId: string): Promise<void> => {
  parseSearchId(searchId);
  const found = await findFacts(mesh.log, searchId);
  if (found.where === "nowhere") return purgeDeleted(mesh, found.deleted, []);
  // Before the tombstone: behind it a log in a file hides them.
  const left = found.where === "store" ? await factsLeft(mesh, found.archived) : await end(mesh, searchId, found.facts);
  const deleted = {
    kind: "search.deleted",
    checkpoint: checkpointOf(searchId, left),
    ...spentBy(searchId, left),
  } as const;
  const { stored } = await mesh.log.append(record(searchId, deleted, "pruner", mesh.clock().toISOString()));
  mesh.searches.add(stored);
  await purgeDeleted(mesh, stored, left);
};

/** The facts of a search that has ended by now. */
const end = async (mesh: Mesh, searchId: string, facts: readonly Stored[]): Promise<readonly Stored[]> => {
  const followed = followAll(searchId, facts);
  if (followed === undefined) throw isNone(searchId);
  if (followed.ended !== undefined) return facts;
  await cancelSearch(mesh, searchId, "deleted");
  return (await mesh.log.read(searchPattern(searchId))).filter(({ fact }) => !isTombstone(fact));
};

/** What stays on the account of its owner. */
const spentBy = (searchId: string, facts: readonly Stored[]): Omit<Used, "bytes"> => {
  const archived = facts.find(({ fact }) => fact.kind === "search.archived")?.fact;
  if (archived?.kind === "search.archived") return spentOf(archived);
  const followed = followAll(searchId, facts);
  return followed === undefined ? {} : spentOf(usedBy(followed));
};

const spentOf = ({ owner, trainedSeconds }: Used): Omit<Used, "bytes"> => ({
  ...(owner === undefined ? {} : { owner }),
  ...(trainedSeconds === undefined ? {} : { trainedSeconds }),
});

/** Where the search stood when it ended; null where that is not known. */
const checkpointOf = (searchId: string, facts: readonly Stored[]): CheckpointRef | null => {
  const followed = followAll(
    searchId,
    facts.filter(({ fact }) => !isTombstone(fact)),
  );
  return followed === undefined ? null : (lastCheckpoint(followed.search) ?? null);
};
