import type { FactLog } from "@bnas/log";
import { type DatasetServiceClient, type SearchServiceImplementation, SearchState } from "@bnas/proto";
import { type Called, specToMessage } from "@bnas/rpc";
import type { Followed } from "@bnas/searches";
import type { BlobStore } from "@bnas/store";
import type { Logger } from "@bnas/telemetry";
import type { Searches } from "./deciding/searches.js";
import type { Quotas } from "./quotas/quotas.js";
import { getArchitecture, getLedger } from "./usecases/architecture.js";
import { getArtifact, listArtifacts } from "./usecases/artifacts.js";
import { cancelSearch, pauseSearch, resumeSearch } from "./usecases/control-search.js";
import { createSearch } from "./usecases/create-search.js";
import { deleteSearch } from "./usecases/delete-search.js";
import { findSearch } from "./usecases/find-search.js";
import { listSearches } from "./usecases/list-searches.js";
import { dropQuarantined, listQuarantined } from "./usecases/quarantine.js";
import { searchMessage } from "./usecases/search-message.js";
import { getUsage } from "./usecases/usage.js";
import { watchSearch } from "./usecases/watch-search.js";

/** SearchService: each method is its use case with the messages of the API around it. */
export const searchRpc = (mesh: {
  readonly log: FactLog;
  readonly searches: Searches;
  readonly store: BlobStore | undefined;
  readonly logger: Logger;
  readonly dataset: DatasetServiceClient;
  readonly clock: () => Date;
  readonly quotas: Quotas;
  readonly ownersNamedBy: ReadonlySet<string>;
}): SearchServiceImplementation<Called> => {
  const { searches, quotas } = mesh;
  const shown = (searchId: string, followed: Followed) => {
    const message = searchMessage(searchId, followed, searches.aside);
    return { ...message, message: message.message || quotas.waits(followed.search, followed.owner) };
  };
  return {
    async createSearch(request, { caller }) {
      const { searchId, spec, opened } = await createSearch(request, mesh, caller);
      return opened
        ? shown(searchId, await findSearch(searches, searchId))
        : {
            searchId,
            spec: specToMessage(spec),
            state: SearchState.SEARCH_STATE_UNSPECIFIED,
            createTime: undefined,
            endTime: undefined,
            progress: undefined,
            message: "valid; nothing was opened",
            quarantined: 0,
            owner: "",
          };
    },
    getSearch: async ({ searchId }) => shown(searchId, await findSearch(searches, searchId)),
    listSearches: async (request) => listSearches(request, searches),
    watchSearch: (request, { signal }) => watchSearch(request, mesh, signal),
    cancelSearch: async ({ searchId, reason }) => shown(searchId, await cancelSearch(mesh, searchId, reason)),
    pauseSearch: async ({ searchId }) => shown(searchId, await pauseSearch(mesh, searchId)),
    resumeSearch: async ({ searchId }) => shown(searchId, await resumeSearch(mesh, searchId)),
    async deleteSearch({ searchId }) {
      await deleteSearch(mesh, searchId);
      return {};
    },
    getArchitecture: async ({ searchId }) => getArchitecture(searches, searchId),
    listArtifacts: async ({ searchId }) => ({ artifacts: await listArtifacts(mesh, searchId) }),
    getArtifact: ({ searchId, name }) => getArtifact(mesh, searchId, name),
    listQuarantined: async (request) => listQuarantined(request, searches),
    async dropQuarantined(request) {
      await dropQuarantined(request, mesh);
      return {};
    },
    getUsage: async (request) => getUsage(request, quotas),
    getLedger: async ({ searchId }) => getLedger(searches, searchId),
  };
};
