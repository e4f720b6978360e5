import { invalidInput } from "@bnas/errors";
import {
  type Fact,
  type FactKind,
  isTombstone,
  keyOf,
  LAST_KINDS,
  searchIdOf,
  subjectOf,
  TOMBSTONE_KINDS,
} from "@bnas/search";
import type { FactLog, Stored } from "./fact-log.js";

/** Whether a fact of this kind lets a search leave: a log that is full takes it out of what is kept for that. */
export const makesRoom = (kind: FactKind): boolean =>
  kind === "search.cancelled" || TOMBSTONE_KINDS.some((one) => one === kind);

/** The subject of the tombstone that no other outranks. */
export const deletedSubject = (searchId: string): string => subjectOf(searchId, { kind: "search.deleted" });

/** Whether a subject holds a tombstone, of whatever search. */
export const isTombstoneSubject = (subject: string): boolean => isOneOf(TOMBSTONE_KINDS, subject);

/** Whether a fact says that its search has ended: by itself, or as what is left of it. */
export const saysEnded = (subject: string): boolean => isOneOf(LAST_KINDS, subject);

const isOneOf = (kinds: readonly FactKind[], subject: string): boolean => {
  const kind = keyOf(subject)?.kind;
  return kind !== undefined && kinds.includes(kind);
};

/** The tombstones of each search that has one: of two the one that outranks the other. */
export const tombstonesOf = <Recorded extends { readonly subject: string; readonly fact: Fact }>(
  facts: readonly Recorded[],
): ReadonlyMap<string, Recorded> => {
  const found = new Map<string, Recorded>();
  for (const recorded of facts) {
    const id = searchIdOf(recorded.subject);
    if (isTombstone(recorded.fact) && found.get(id)?.fact.kind !== "search.deleted") found.set(id, recorded);
  }
  return found;
};

/**
 * The tombstone in a log that a search is removed for: the given one, or the one that outranks it.
 * @throws InvalidInput for a fact that is no tombstone of this log: nothing is removed but for one
 */
export const standingTombstone = async (log: Pick<FactLog, "read">, tombstone: Stored): Promise<Stored> => {
  const deleted = deletedSubject(searchIdOf(tombstone.subject));
  const held = isTombstone(tombstone.fact)
    ? [...(await log.read(deleted)), ...(await log.read(tombstone.subject))]
    : [];
  const [standing] = held;
  if (standing !== undefined && (tombstone.subject !== deleted || standing.sequence === tombstone.sequence)) {
    return standing;
  }
  throw invalidInput(
    "tombstone",
    tombstone.subject,
    "an `archived` or `deleted` that is in the log",
    "Append it first: what is removed is gone.",
  );
};
