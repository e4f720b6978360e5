import { sha256Of } from "@bnas/disk";
import { factHash } from "@bnas/log";
import { type FactMark, type Recorded, subjectTail } from "@bnas/search";

/**
 * The order of all facts that the decisions of a search name: SHA-256 of their hashes, a line each, in the order of the log.
 * @param facts of the search, in order @param last what the decision that has the root names itself
 */
export const rootOf = (facts: readonly Recorded[], last: readonly FactMark[] = []): string => {
  const named = new Set(last.map(({ fact }) => fact));
  for (const { fact } of facts) if ("after" in fact) for (const one of fact.after ?? []) named.add(one.fact);
  const committed = facts.filter(({ subject }) => named.has(subjectTail(subject)));
  return rootHash(committed.map(factHash));
};

/** The root of hashes in their order. */
export const rootHash = (hashes: readonly string[]): string => sha256Of(hashes.map((hash) => `${hash}\n`).join(""));
