import { sha256Of } from "@bnas/disk";
import { invalidInput } from "@bnas/errors";
import type { FactLog, Stored } from "@bnas/log";
import { factsDamaged, factsFileText, tombstonesOf } from "@bnas/log";
import {
  decisionContent,
  differingField,
  evolve,
  type Fact,
  isTombstone,
  type Recorded,
  replay,
  searchIdOf,
  searchPattern,
  start,
} from "@bnas/search";

/** What restoring did to a search: facts that were appended, and facts that were there. */
export type Restored = { readonly searchId: string; readonly restored: number; readonly present: number };

/**
 * Append to a log the facts that it lacks, in their order, so that a log that lost all or its end is whole again. Restoring a
 * second time appends nothing. Nothing is appended when any search is refused.
 * @throws FACTS_DAMAGED for facts that do not follow from each other, and InvalidInput that names the subject where the log holds
 * another fact, or where it lacks facts that come before those that it has
 * @param facts of one search or several, those of one in their order @param path of the file that holds them, for the errors
 */
export const restoreFacts = async (
  log: FactLog,
  facts: readonly Recorded[],
  path: string,
): Promise<readonly Restored[]> => {
  // Of a copy of a log the facts alone: whether they are archived is the affair of the log that they go to.
  const wanted = facts.filter(({ fact }) => !isTombstone(fact));
  const ids = [...new Set(wanted.map(({ subject }) => searchIdOf(subject)))];
  const plans = [];
  for (const searchId of ids) {
    const own = wanted.filter(({ subject }) => searchIdOf(subject) === searchId);
    const held = await log.read(searchPattern(searchId));
    const tombstone = tombstonesOf(held).get(searchId);
    const missing = tombstone === undefined ? planRestore(held, own, path) : refuseGone(tombstone, own, path);
    plans.push({ searchId, own, missing });
  }
  const done: Restored[] = [];
  for (const { searchId, own, missing } of plans) {
    let restored = 0;
    for (const recorded of missing) {
      const { stored, duplicate } = await log.append(recorded);
      // Services that are running may have come to it first.
      if (duplicate) refuseAnother(recorded, stored, path);
      else restored++;
    }
    done.push({ searchId, restored, present: own.length - restored });
  }
  return done;
};

/** A search that was archived from these very facts lacks none of them; every other that is gone is refused. */
const refuseGone = (tombstone: Stored, own: readonly Recorded[], path: string): readonly Recorded[] => {
  const { fact, subject } = tombstone;
  if (fact.kind === "search.archived" && fact.blob === sha256Of(Buffer.from(factsFileText(own)))) return [];
  const what = fact.kind === "search.archived" ? `archived in blob ${fact.blob}` : "deleted";
  throw invalidInput(
    `${path}: ${subject}`,
    `${own.length} facts`,
    `nothing: the search was ${what}`,
    "Restore into another log: another file, or another stream (nats://HOST:PORT?stream=NAME). `bnas facts --store` gives what was archived.",
  );
};

/**
 * The facts of a search that a log lacks, in their order.
 * @throws as `restoreFacts` does
 * @param held what the log has, in order
 */
const planRestore = (held: readonly Recorded[], facts: readonly Recorded[], path: string): readonly Recorded[] => {
  const searchId = searchIdOf(facts[0]?.subject ?? "");
  const { search: whole, disagreements } = replay(searchId, contents(facts));
  const [wrong] = disagreements;
  if (wrong !== undefined) {
    const hint = `The facts before it give ${JSON.stringify(wrong.right)}: take the file from a copy that is whole.`;
    throw factsDamaged(`${path}: ${wrong.path}`, wrong.left, "what follows from the facts before it", hint);
  }
  const bySubject = new Map(held.map((stored) => [stored.subject, stored]));
  for (const recorded of facts) {
    const stored = bySubject.get(recorded.subject);
    if (stored !== undefined) refuseAnother(recorded, stored, path);
  }
  const missing = facts.filter(({ subject }) => !bySubject.has(subject));
  if (missing.length === 0) return missing;
  // A log is read in its order: what comes too late for those that it has would count for nothing.
  const subjects = new Set(facts.map(({ subject }) => subject));
  const later = held.filter(({ subject }) => !subjects.has(subject));
  const wanted = contents(later).reduce(evolve, whole);
  const given = contents([...held, ...missing]).reduce(evolve, start(searchId));
  const gap = differingField(withoutMeasures(wanted), withoutMeasures(given), "search");
  if (gap !== undefined) {
    throw invalidInput(
      missing[0]?.subject ?? searchPattern(searchId),
      `missing, and ${held.length} facts are there`,
      "a log that lacks no fact before those that it has",
      "Restore into an empty log: another file, or another stream (nats://HOST:PORT?stream=NAME).",
    );
  }
  return missing;
};

const contents = (recorded: readonly Recorded[]): readonly Fact[] => recorded.map(({ fact }) => fact);

/** Of one subject there is only one fact; when it was written, and how long its job took, may differ. */
const refuseAnother = (recorded: Recorded, stored: Recorded | Stored, path: string): void => {
  const differs = differingField(decisionContent(stored.fact), decisionContent(recorded.fact), recorded.subject);
  if (differs === undefined) return;
  throw invalidInput(
    `${path}: ${differs.path}`,
    differs.right,
    `${JSON.stringify(differs.left)}, as the log has it`,
    "The log holds another search of this name: restore into another log, or find out which of the two is right.",
  );
};

/** A search without what only people need, which is that of the fact which came first. */
const withoutMeasures = (search: object): unknown =>
  JSON.parse(JSON.stringify(search, (key, value) => (["seconds", "images", "loss"].includes(key) ? undefined : value)));
