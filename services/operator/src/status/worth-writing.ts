import { isDeepStrictEqual } from "node:util";
import type { SearchStatus } from "./architecture-search.js";

/** Milliseconds between two writes of mere progress: the API server keeps every one of them. */
const EVERY = 10_000;

/** Fields that change with every job, and that no reader waits for. */
const progressOnly = [
  "sequence",
  "progressTime",
  "jobsDone",
  "jobsOpen",
  "gpuSecondsSpent",
  "trainersWanted",
  "surplusSince",
] as const;

/**
 * Whether a status is to be written now, in so many milliseconds, or not at all since it says nothing new.
 * @param written when it was written last, in milliseconds since 1970; undefined: before this operator began
 */
export const worthWriting = (
  before: SearchStatus | undefined,
  after: SearchStatus,
  { now, written }: { readonly now: number; readonly written: number | undefined },
): { readonly write: boolean; readonly again?: number } => {
  if (before === undefined) return { write: true };
  if (isDeepStrictEqual(before, after)) return { write: false };
  if (!isDeepStrictEqual(seldom(before), seldom(after))) return { write: true };
  const since = written === undefined ? Number.POSITIVE_INFINITY : now - written;
  return since >= EVERY ? { write: true } : { write: false, again: EVERY - since };
};

const seldom = (status: SearchStatus): object => {
  const copy: Record<string, unknown> = { ...status };
  for (const field of progressOnly) delete copy[field];
  return copy;
};
