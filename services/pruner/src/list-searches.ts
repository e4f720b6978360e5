import type { Searches } from "@bnas/mesh";
import { type ListSearchesRequest, type ListSearchesResponse, SearchState } from "@bnas/proto";
import { InvalidInput } from "@bnas/search";
import { searchMessage, stateOf } from "./search-message.js";

/** One page of the searches, by id. The page token is the last id of the page before. */
export const listSearches = (
  { pageSize, pageToken, state }: ListSearchesRequest,
  searches: Searches,
): ListSearchesResponse => {
  if (pageSize > 1000) {
    throw new InvalidInput("page_size", pageSize, "a whole number from 0 to 1000", "ask for pages, by page_token");
  }
  const size = pageSize === 0 ? 50 : pageSize;
  const after = searches
    .list()
    .filter(([searchId]) => searchId > pageToken)
    .filter(([, { search }]) => state === SearchState.SEARCH_STATE_UNSPECIFIED || stateOf(search) === state);
  const page = after.slice(0, size).map(([searchId, followed]) => searchMessage(searchId, followed));
  return { searches: page, nextPageToken: after.length > size ? (page.at(-1)?.searchId ?? "") : "" };
};
