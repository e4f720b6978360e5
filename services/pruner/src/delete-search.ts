import type { FactLog, Searches } from "@bnas/mesh";
import { cancelSearch } from "./control-search.js";
import { findSearch } from "./find-search.js";

/** End the search if it lives. */
export const deleteSearch = async (
  mesh: { readonly log: FactLog; readonly searches: Searches; readonly clock: () => Date },
  searchId: string,
): Promise<void> => {
  if (findSearch(mesh.searches, searchId).search.ended === undefined) await cancelSearch(mesh, searchId, "deleted");
};
