import { fault } from "@bnas/errors";
import type { FactLog, Stored } from "@bnas/log";
import { tombstonesOf } from "@bnas/log";
import { type FactOf, patternsOf, searchPattern, TOMBSTONE_KINDS } from "@bnas/search";
import type { BlobStore } from "@bnas/store";
import { readArchive } from "./archive.js";

type ArchivedFact = Stored & { readonly fact: FactOf<"search.archived"> };

/** Where the facts of a search are. */
export type SearchFacts =
  | { readonly where: "log"; readonly facts: readonly Stored[] }
  | { readonly where: "store"; readonly archived: ArchivedFact }
  | { readonly where: "nowhere"; readonly deleted: Stored };

/** The facts of a search without its tombstones, or the tombstone that stands in their place. Never a part of them. */
export const findFacts = async (log: FactLog, searchId: string): Promise<SearchFacts> => {
  const facts = await log.read(searchPattern(searchId));
  // After the facts: who removes them meanwhile has written the tombstone before.
  const tombstone = tombstonesOf([...facts, ...(await readTombstones(log, searchId))]).get(searchId);
  if (tombstone === undefined) return { where: "log", facts };
  return isArchived(tombstone) ? { where: "store", archived: tombstone } : { where: "nowhere", deleted: tombstone };
};

/** The facts of a search, wherever they are; undefined for one that was deleted. Empty for one that was never opened. */
export const readSearchFacts = async (
  log: FactLog,
  store: BlobStore | undefined,
  searchId: string,
): Promise<readonly Stored[] | undefined> => {
  const found = await findFacts(log, searchId);
  if (found.where !== "store") return found.where === "log" ? found.facts : undefined;
  if (store !== undefined) return readArchive(store, found.archived.fact);
  throw fault(
    "FAILED_PRECONDITION",
    `the facts of search ${searchId} are in the store`,
    "Name the store that it was archived to: `--store`, or the setting `store` of the pruner.",
  );
};

const readTombstones = async (log: FactLog, searchId: string): Promise<readonly Stored[]> =>
  (await Promise.all(patternsOf(TOMBSTONE_KINDS, { search: searchId }).map((subject) => log.read(subject)))).flat();

const isArchived = (stored: Stored): stored is ArchivedFact => stored.fact.kind === "search.archived";
