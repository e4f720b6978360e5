import { type ListSearchesRequest, SearchState } from "@bnas/proto";
import { describe, expect, it } from "vitest";
import { listSearches } from "../src/usecases/list-searches.js";
import { meshOf, opened } from "./mesh.js";

const asked: ListSearchesRequest = { pageSize: 0, pageToken: "", state: SearchState.SEARCH_STATE_UNSPECIFIED };
const cancelled = { kind: "search.cancelled", reason: "enough" } as const;
const mesh = () =>
  meshOf({ a: [opened], b: [opened, cancelled], c: [opened], d: [opened, cancelled], e: [opened], "e-2": [opened] });

describe("a list of searches", () => {
  it("comes in pages, each search once, and ends with an empty token", async () => {
    const { searches } = await mesh();
    for (const pageSize of [1, 2, 3, 5, 6, 7, 1000]) {
      const ids: string[] = [];
      let pageToken = "";
      do {
        const page = await listSearches({ ...asked, pageSize, pageToken }, searches);
        expect(page.searches.length).toBeLessThanOrEqual(pageSize);
        ids.push(...page.searches.map(({ searchId }) => searchId));
        pageToken = page.nextPageToken;
      } while (pageToken !== "");
      expect(ids).toEqual(["a", "b", "c", "d", "e", "e-2"]);
    }
  });

  it("has only the searches of a state, on every page", async () => {
    const { searches } = await mesh();
    const cancelledOnes = { ...asked, pageSize: 1, state: SearchState.SEARCH_STATE_CANCELLED };
    const first = await listSearches(cancelledOnes, searches);
    const second = await listSearches({ ...cancelledOnes, pageToken: first.nextPageToken }, searches);
    expect([first, second].map((page) => page.searches.map(({ searchId }) => searchId))).toEqual([["b"], ["d"]]);
    expect(second.nextPageToken).toBe("");
  });

  it("takes no token but its own, for the same state", async () => {
    const { searches } = await mesh();
    const { nextPageToken } = await listSearches({ ...asked, pageSize: 2 }, searches);
    expect(nextPageToken).not.toContain("b");
    for (const pageToken of [
      "a",
      "b",
      `${nextPageToken}=`,
      `${nextPageToken}A`,
      Buffer.from("0 B!").toString("base64url"),
    ]) {
      await expect(listSearches({ ...asked, pageToken }, searches)).rejects.toThrow(
        expect.objectContaining({ code: "INVALID_INPUT" }),
      );
    }
    const other = { ...asked, pageToken: nextPageToken, state: SearchState.SEARCH_STATE_RUNNING };
    await expect(listSearches(other, searches)).rejects.toThrow(/page_token.*same state/);
  });

  it("takes a page of 1000, and refuses one more and a state that is none", async () => {
    const { searches } = await mesh();
    expect((await listSearches({ ...asked, pageSize: 1000 }, searches)).nextPageToken).toBe("");
    await expect(listSearches({ ...asked, pageSize: 1001 }, searches)).rejects.toThrow(/page_size: 1001/);
    // An enum on the wire is any number.
    await expect(listSearches({ ...asked, state: 99 as SearchState }, searches)).rejects.toThrow(
      /state: 99.*SEARCH_STATE_RUNNING/,
    );
  });
});
