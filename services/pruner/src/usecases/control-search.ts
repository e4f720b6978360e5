import { fault, invalidInput, LIMITS, method, text } from "@bnas/errors";
import type { FactLog } from "@bnas/log";
import { type Fact, isTombstone, record, searchPattern } from "@bnas/search";
import { type Followed, followAll } from "@bnas/searches";
import type { Searches } from "../deciding/searches.js";
import { findSearch } from "./find-search.js";

type Mesh = { readonly log: FactLog; readonly searches: Searches; readonly clock: () => Date };

/** Characters of a reason: it stays in a fact permanently. */
const LONGEST_REASON = LIMITS["search.reason"].value;

/** End a search before its genotype; cancelling a search that was cancelled changes nothing. */
export const cancelSearch = async (mesh: Mesh, searchId: string, reason: string): Promise<Followed> => {
  const followed = await findSearch(mesh.searches, searchId);
  if (reason.length > LONGEST_REASON) {
    throw invalidInput("reason", reason, `a text of at most ${LONGEST_REASON} characters`, "Say it in fewer words.");
  }
  if (followed.search.ended?.kind === "search.cancelled") return followed;
  return write(mesh, followed, { kind: "search.cancelled", reason: reason === "" ? "cancelled by a client" : reason });
};

/** Request no new work until it is resumed. */
export const pauseSearch = async (mesh: Mesh, searchId: string): Promise<Followed> => {
  const followed = await asOfNow(mesh, searchId);
  if (followed.search.paused && followed.search.ended === undefined) return followed;
  return write(mesh, followed, { kind: "search.paused", control: followed.search.control + 1 });
};

export const resumeSearch = async (mesh: Mesh, searchId: string): Promise<Followed> => {
  const followed = await asOfNow(mesh, searchId);
  if (!followed.search.paused && followed.search.ended === undefined) return followed;
  return write(mesh, followed, { kind: "search.resumed", control: followed.search.control + 1 });
};

/**
 * The search as the log has it now. This pruner may not have read yet what another has written and answered a moment ago: who pauses
 * there and resumes here would be answered that nothing is to be done.
 */
const asOfNow = async (mesh: Mesh, searchId: string): Promise<Followed> => {
  const known = await findSearch(mesh.searches, searchId);
  if (known.search.ended !== undefined) return known;
  const facts = await mesh.log.read(searchPattern(searchId));
  return (
    followAll(
      searchId,
      facts.filter(({ fact }) => !isTombstone(fact)),
    ) ?? known
  );
};

/** Append what a search that has not ended is asked, by the view of it that was read for that. */
const write = async (mesh: Mesh, { search: { id: searchId, ended } }: Followed, fact: Fact): Promise<Followed> => {
  if (ended !== undefined) {
    throw fault(
      "FAILED_PRECONDITION",
      `search ${searchId} has ended: ${ended.kind.replace("search.", "")}`,
      text`only a search that runs or is paused can be changed; ${method("CreateSearch")} opens a new one`,
    );
  }
  const { stored } = await mesh.log.append(record(searchId, fact, "pruner", mesh.clock().toISOString()));
  mesh.searches.add(stored);
  return findSearch(mesh.searches, searchId);
};
