import type { Searches } from "@bnas/mesh";
import {
  type ListSearchesRequest,
  type ListSearchesResponse,
  SearchState,
  searchStateFromJSON,
  searchStateToJSON,
} from "@bnas/proto";
import { InvalidInput, parseSearchId } from "@bnas/search";
import { searchMessage, stateOf } from "./search-message.js";

/** One page of the searches, by id. @throws InvalidInput for a page or a state that cannot be */
export const listSearches = (
  { pageSize, pageToken, state }: ListSearchesRequest,
  searches: Searches,
): ListSearchesResponse => {
  if (pageSize > 1000) {
    throw new InvalidInput("page_size", pageSize, "a whole number from 0 to 1000", "ask for pages, by page_token");
  }
  checkState(state);
  const size = pageSize === 0 ? 50 : pageSize;
  const last = lastOfPage(pageToken);
  const after = searches
    .list()
    .filter(([searchId]) => searchId > last)
    .filter(([, { search }]) => state === SearchState.SEARCH_STATE_UNSPECIFIED || stateOf(search) === state);
  const page = after.slice(0, size).map(([searchId, followed]) => searchMessage(searchId, followed));
  return { searches: page, nextPageToken: after.length > size ? tokenAfter(page.at(-1)?.searchId ?? "") : "" };
};

/** A token is the last id of the page before, written so that nobody makes one up. */
const tokenAfter = (searchId: string): string => Buffer.from(`after ${searchId}`).toString("base64url");

const lastOfPage = (token: string): string => {
  if (token === "") return "";
  const [, id] = /^after (.*)$/.exec(Buffer.from(token, "base64url").toString()) ?? [];
  if (id !== undefined && tokenAfter(id) === token) return parseSearchId(id);
  throw new InvalidInput(
    "page_token",
    token,
    "the next_page_token of the page before",
    "leave it out for the first page",
  );
};

const checkState = (state: SearchState): void => {
  const known = Object.values(SearchState).some((one) => one === state);
  if (known) return;
  const names = Object.values(SearchState).filter((one) => typeof one === "string");
  throw new InvalidInput("state", state, names.join(", "), "leave it out for searches of every state");
};
