import type { SearchProgress } from "../see/mesh-view.js";

/**
 * How many trainers a search has work for: one a job that is open, but none that would not have `startSeconds` of work before the
 * search ends, by what its jobs took so far, for it would only begin when the others are done.
 * @returns a whole number from `min` to `max`
 */
export const wantedTrainers = (
  { jobsOpen, jobsDone, jobsTotal, trainedSeconds }: SearchProgress,
  { min, max, startSeconds }: { readonly min: number; readonly max: number; readonly startSeconds: number },
): number => {
  const secondsLeft = jobsDone === 0 ? Number.POSITIVE_INFINITY : (trainedSeconds / jobsDone) * (jobsTotal - jobsDone);
  const worthStarting = startSeconds === 0 ? jobsOpen : Math.max(1, Math.floor(secondsLeft / startSeconds));
  return Math.min(max, Math.max(min, Math.min(jobsOpen, worthStarting)));
};
