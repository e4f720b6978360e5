import type { ArchitectureSearch } from "./architecture-search.js";

/** Longest name that is kept: with the uid, and the slot and time of a trainer, it stays below the 63 characters of a label. */
const LONGEST = 40;

/**
 * The id in the mesh of the search of an object: its name, cut, and the first 8 digits of its uid. An object that is deleted and
 * applied again is a new search; an operator that restarts finds the one that it opened.
 */
export const searchIdOfObject = ({ metadata: { name, uid } }: Pick<ArchitectureSearch, "metadata">): string =>
  `${name.replaceAll(".", "-").slice(0, LONGEST).replace(/-+$/, "")}-${uid.replaceAll("-", "").slice(0, 8)}`;

/**
 * The Job of a trainer of a search. No name is ever used twice: the Job controller may owe the pod of a Job that was removed, and a
 * Job with the same name then waits for it for five minutes (kubernetes/kubernetes#131917).
 * @param now milliseconds since 1970
 */
export const jobNameOf = (searchId: string, slot: number, now: number): string =>
  `${searchId}-${slot}-${now.toString(36)}`;
