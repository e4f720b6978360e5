import { concurrently } from "@bnas/disk";
import { hasCode, invalidInput, isBnasError, LIMITS } from "@bnas/errors";
import { type ListSearchesRequest, type ListSearchesResponse, type Search, SearchState } from "@bnas/proto";
import { parseSearchId } from "@bnas/search";
import type { Searches } from "../deciding/searches.js";
import { knownState, searchMessage, unreadableMessage } from "./search-message.js";

const LARGEST_PAGE = LIMITS["search.page"].value;
/** Searches that are read at once. */
const AT_ONCE = 16;

/** One page of the searches, by id; those of the page alone are read. @throws InvalidInput for a page or a state that cannot be */
export const listSearches = async (
  { pageSize, pageToken, state }: ListSearchesRequest,
  searches: Searches,
): Promise<ListSearchesResponse> => {
  if (pageSize > LARGEST_PAGE) {
    throw invalidInput(
      "page_size",
      pageSize,
      `a whole number from 0 to ${LARGEST_PAGE}`,
      "ask for pages, by page_token",
    );
  }
  checkState(state);
  const size = pageSize === 0 ? 50 : pageSize;
  const last = lastOfPage(pageToken, state);
  const after = searches
    .list()
    .filter(([searchId, { state }]) => searchId > last && state !== "deleted")
    .filter(([, known]) => state === SearchState.SEARCH_STATE_UNSPECIFIED || knownState(known) === state)
    .map(([searchId]) => searchId);
  const page = after.slice(0, size);
  const end = after.length > size ? page.at(-1) : undefined;
  const found = await concurrently(page, AT_ONCE, (searchId) => shown(searches, searchId));
  return {
    searches: found.filter((search) => search !== undefined),
    nextPageToken: end === undefined ? "" : tokenAfter(end, state),
  };
};

/** A search as the list has it: one whose facts cannot be read, too. One that was deleted a moment ago is not there. */
const shown = async (searches: Searches, searchId: string): Promise<Search | undefined> => {
  try {
    const followed = await searches.get(searchId);
    return followed === undefined ? undefined : searchMessage(searchId, followed, searches.aside);
  } catch (error) {
    // A log or a store that does not answer says nothing about a search.
    if (!isBnasError(error) || hasCode(error, "UNAVAILABLE", "FAILED_PRECONDITION")) throw error;
    return unreadableMessage(searchId, searches.known(searchId), error);
  }
};

/** The request and the last id of the page, written so that clients do not make one up. */
const tokenAfter = (searchId: string, state: SearchState): string =>
  Buffer.from(`${state} ${searchId}`).toString("base64url");

const lastOfPage = (token: string, state: SearchState): string => {
  if (token === "") return "";
  const [, searchId = ""] = Buffer.from(token, "base64url").toString().split(" ");
  if (tokenAfter(searchId, state) === token) return parseSearchId(searchId);
  throw invalidInput(
    "page_token",
    token,
    "the next_page_token of the page before, with the same state",
    "leave it out for the first page",
  );
};

const checkState = (state: SearchState): void => {
  const known = Object.values(SearchState);
  if (known.some((one) => one === state)) return;
  const names = known.filter((one) => typeof one === "string").join(", ");
  throw invalidInput("state", state, names, "leave it out for searches of every state");
};
