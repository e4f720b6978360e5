import { messageOf as errorMessage } from "@bnas/errors";
import type { Quarantine } from "@bnas/log";
import { type Search as SearchMessage, SearchState, type Verdict as VerdictMessage } from "@bnas/proto";
import { specToMessage } from "@bnas/rpc";
import {
  bestAccuracy,
  countCandidates,
  endedEarly,
  jobsInAll,
  jobsOpen,
  roundsDone,
  roundsOf,
  type Search,
  spaceOf,
  trainedSeconds,
  traitsOf,
  verdictOf,
} from "@bnas/search";
import type { Followed } from "@bnas/searches";
import type { KnownSearch } from "../deciding/known-search.js";

/** What is in the way of a search. */
type SetAsideOf = {
  readonly quarantine: Pick<Quarantine, "count">;
  readonly waitsFor?: string | undefined;
};

/** A search as the API shows it. */
export const searchMessage = (searchId: string, followed: Followed, aside: SetAsideOf): SearchMessage => {
  const { search, sequence, created, ended } = followed;
  const jobs = jobsInAll(search);
  return {
    searchId,
    spec: search.spec === undefined ? undefined : specToMessage(search.spec),
    state: stateOf(search),
    createTime: new Date(created),
    endTime: ended === undefined ? undefined : new Date(ended),
    progress: {
      jobsDone: jobs.done,
      jobsTotal: jobs.total,
      round: roundsDone(search),
      rounds:
        search.spec !== undefined && traitsOf(search.spec.strategy).trains === "rounds"
          ? roundsOf(spaceOf(search.spec))
          : 0,
      candidates: countCandidates(search.candidates),
      bestAccuracy: bestAccuracy(search) ?? 0,
      sequence,
      jobsOpen: search.ended === undefined ? jobsOpen(search) : 0,
      trainedSeconds: trainedSeconds(search),
    },
    message: messageOf(search) || (ended === undefined && aside.waitsFor) || "",
    verdict: verdictMessage(search),
    quarantined: aside.quarantine.count(searchId),
    owner: followed.owner ?? "",
  };
};

/** A search that cannot be read, by what is kept of it. */
export const unreadableMessage = (searchId: string, known: KnownSearch | undefined, error: unknown): SearchMessage => ({
  searchId,
  spec: undefined,
  state: known === undefined ? SearchState.SEARCH_STATE_UNSPECIFIED : knownState(known),
  createTime: known !== undefined && "created" in known ? new Date(known.created) : undefined,
  endTime: known !== undefined && "ended" in known ? new Date(known.ended) : undefined,
  progress: undefined,
  message: `its facts cannot be read: ${errorMessage(error)}`,
  verdict: undefined,
  quarantined: 0,
  owner: "",
});

const verdictMessage = (search: Search): VerdictMessage | undefined => {
  const verdict = verdictOf(search);
  if (verdict === undefined) return undefined;
  const findings = verdict.findings.map(({ kind, seen, means, next }) => ({ kind, seen, means, next }));
  return { kind: verdict.kind, findings };
};

/** The state of a search by what is kept of it; that of a deleted one is none. */
export const knownState = (known: KnownSearch): SearchState => {
  switch (known.state) {
    case "live":
      return stateOf(known.followed.search);
    case "finished":
      return SearchState.SEARCH_STATE_FINISHED;
    case "failed":
      return SearchState.SEARCH_STATE_FAILED;
    case "cancelled":
      return SearchState.SEARCH_STATE_CANCELLED;
    case "deleted":
      return SearchState.SEARCH_STATE_UNSPECIFIED;
  }
};

const stateOf = (search: Search): SearchState => {
  switch (search.ended?.kind) {
    case "search.finished":
      return SearchState.SEARCH_STATE_FINISHED;
    case "search.failed":
      return SearchState.SEARCH_STATE_FAILED;
    case "search.cancelled":
      return SearchState.SEARCH_STATE_CANCELLED;
    case undefined:
      return search.paused ? SearchState.SEARCH_STATE_PAUSED : SearchState.SEARCH_STATE_RUNNING;
  }
};

const messageOf = (search: Search): string => {
  switch (search.ended?.kind) {
    case "search.failed":
      return `${search.ended.reason}. ${search.ended.hint}`;
    case "search.cancelled":
      return search.ended.reason;
    case "search.finished":
      return endedEarly(search) ?? "";
    case undefined:
      return search.repeats.length === 0
        ? ""
        : `done again, because the answer was refused or a blob was lost: ${search.repeats.map(({ answer }) => answer).join(", ")}`;
  }
};
