import { type BnasError, fault, method, text } from "@bnas/errors";
import { parseSearchId } from "@bnas/search";
import type { Followed } from "@bnas/searches";
import type { Searches } from "../deciding/searches.js";

/** The search of an id. @throws InvalidInput for an id that cannot be one, NOT_FOUND for one that was never opened or is deleted */
export const findSearch = async (searches: Searches, searchId: string): Promise<Followed> => {
  parseSearchId(searchId);
  const followed = await searches.get(searchId);
  if (followed !== undefined) return followed;
  if (searches.aside.isNewer(searchId)) throw isOfNewer(searchId);
  throw searches.known(searchId)?.state === "deleted" ? wasDeleted(searchId) : isNone(searchId);
};

const isOfNewer = (searchId: string): BnasError =>
  fault(
    "FAILED_PRECONDITION",
    `search ${searchId} was opened by a newer version of bnas, whose facts this service cannot read`,
    text`ask a service of that version; ${method("ListQuarantined")} has the facts`,
  );

const hint = text`${method("ListSearches")} tells the ids that exist`;

export const wasDeleted = (searchId: string): BnasError => fault("NOT_FOUND", `search ${searchId} was deleted`, hint);

export const isNone = (searchId: string): BnasError => fault("NOT_FOUND", `there is no search ${searchId}`, hint);
