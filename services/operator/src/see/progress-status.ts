import type { SearchStatus } from "../status/architecture-search.js";
import { searchIdOfObject } from "../status/search-id.js";
import type { SearchProgress } from "./mesh-view.js";
import type { Observed } from "./observed.js";

/** How far a search is, as its object shows it. */
export const progressFields = ({ object, now }: Observed, progress: SearchProgress) => {
  const before = object.status;
  const moved = before?.sequence !== progress.sequence || before.progressTime === undefined;
  return {
    searchId: searchIdOfObject(object),
    round: progress.round,
    rounds: progress.rounds,
    candidates: progress.candidates,
    ...(progress.bestAccuracy === 0 ? {} : { bestAccuracy: progress.bestAccuracy.toFixed(4) }),
    jobsDone: progress.jobsDone,
    jobsTotal: progress.jobsTotal,
    jobsOpen: progress.jobsOpen,
    gpuSecondsSpent: Math.round(progress.trainedSeconds),
    sequence: progress.sequence,
    progressTime: moved ? new Date(now).toISOString() : before.progressTime,
  } satisfies SearchStatus;
};
