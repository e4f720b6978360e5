import type { BlobStore, FactLog, Logger, Searches } from "@bnas/mesh";
import { specToMessage } from "@bnas/mesh";
import { type DatasetServiceClient, type SearchServiceImplementation, SearchState } from "@bnas/proto";
import { getArchitecture, getLedger } from "./architecture.js";
import { cancelSearch, pauseSearch, resumeSearch } from "./control-search.js";
import { createSearch } from "./create-search.js";
import { deleteSearch } from "./delete-search.js";
import { findSearch } from "./find-search.js";
import { listSearches } from "./list-searches.js";
import { searchMessage } from "./search-message.js";
import { watchSearch } from "./watch-search.js";

/** SearchService: each method is its use case with the messages of the API around it. */
export const searchRpc = (mesh: {
  readonly log: FactLog;
  readonly searches: Searches;
  readonly store: BlobStore | undefined;
  readonly logger: Logger;
  readonly dataset: DatasetServiceClient;
  readonly clock: () => Date;
}): SearchServiceImplementation => {
  const { searches } = mesh;
  return {
    async createSearch(request) {
      const { searchId, spec, opened } = await createSearch(request, mesh);
      return opened
        ? searchMessage(searchId, await findSearch(searches, searchId))
        : {
            searchId,
            spec: specToMessage(spec),
            state: SearchState.SEARCH_STATE_UNSPECIFIED,
            createTime: undefined,
            endTime: undefined,
            progress: undefined,
            message: "valid; nothing was opened",
          };
    },
    getSearch: async ({ searchId }) => searchMessage(searchId, await findSearch(searches, searchId)),
    listSearches: async (request) => listSearches(request, searches),
    watchSearch: (request, { signal }) => watchSearch(request, mesh, signal),
    cancelSearch: async ({ searchId, reason }) => searchMessage(searchId, await cancelSearch(mesh, searchId, reason)),
    pauseSearch: async ({ searchId }) => searchMessage(searchId, await pauseSearch(mesh, searchId)),
    resumeSearch: async ({ searchId }) => searchMessage(searchId, await resumeSearch(mesh, searchId)),
    async deleteSearch({ searchId }) {
      await deleteSearch(mesh, searchId);
      return {};
    },
    getArchitecture: async ({ searchId }) => getArchitecture(searches, searchId),
    getLedger: async ({ searchId }) => getLedger(searches, searchId),
  };
};
