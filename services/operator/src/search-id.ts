import type { ArchitectureSearch } from "./architecture-search.js";

/** Longest name that is kept: with the uid and the slot of a trainer it stays below the 63 characters of a label. */
const longest = 50;

/**
 * The id in the mesh of the search of an object: its name, cut, and the first 8 digits of its uid. An object that is deleted and
 * applied again is a new search; an operator that starts anew finds the one that it opened.
 */
export const searchIdOf = ({ metadata: { name, uid } }: Pick<ArchitectureSearch, "metadata">): string =>
  `${name.replaceAll(".", "-").slice(0, longest).replace(/-+$/, "")}-${uid.replaceAll("-", "").slice(0, 8)}`;

/** The Job of a trainer of a search. There are no other names: so there are never more trainers than slots. */
export const jobNameOf = (searchId: string, slot: number): string => `${searchId}-${slot}`;
