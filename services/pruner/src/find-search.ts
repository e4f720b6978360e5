import { type Followed, MeshError, type Searches } from "@bnas/mesh";
import { parseSearchId } from "@bnas/search";
import { Status } from "nice-grpc-common";

/** The search of an id. Throws InvalidInput for an id that cannot be one, NOT_FOUND for one that was never opened. */
export const findSearch = (searches: Searches, searchId: string): Followed => {
  parseSearchId(searchId);
  const followed = searches.get(searchId);
  if (followed !== undefined) return followed;
  throw new MeshError(Status.NOT_FOUND, `there is no search ${searchId}`, "ListSearches tells the ids that exist");
};
