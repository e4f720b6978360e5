import { MeshError } from "@bnas/disk";
import { parseSearchId } from "@bnas/search";
import type { Followed } from "@bnas/searches";
import { Status } from "nice-grpc-common";
import type { Searches } from "../deciding/searches.js";

/** The search of an id. Throws InvalidInput for an id that cannot be one, NOT_FOUND for one that was never opened or is deleted. */
export const findSearch = async (searches: Searches, searchId: string): Promise<Followed> => {
  parseSearchId(searchId);
  const followed = await searches.get(searchId);
  if (followed !== undefined) return followed;
  throw searches.known(searchId)?.state === "deleted" ? wasDeleted(searchId) : isNone(searchId);
};

const hint = "ListSearches tells the ids that exist";

export const wasDeleted = (searchId: string): MeshError =>
  new MeshError(Status.NOT_FOUND, `search ${searchId} was deleted`, hint);

export const isNone = (searchId: string): MeshError =>
  new MeshError(Status.NOT_FOUND, `there is no search ${searchId}`, hint);
