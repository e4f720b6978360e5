import { createHash } from "node:crypto";

/**
 * What two runs of the same search may differ in: when, how long, where the images lie, and on which machine and code. Digests that were
 * taken before facts said who made them stay the same.
 */
const PLACE = ["time", "seconds", "peakMemoryBytes", "dataset", "datasetDigest", "madeBy", "request", "after", "root"];

/** What was asked: recipe.ts says it, and a spec gets fields that older facts have not. */
const ASKED = "search.opened";

/**
 * SHA-256 of facts, but for the one that opens the search, as JSON with sorted keys, one a line, without what a clock or a machine says, and
 * in the order of their text: which of two services answers first is chance. The same search has the same digest anywhere.
 */
export const factsDigest = (facts: readonly { readonly kind: string; readonly [field: string]: unknown }[]): string =>
  createHash("sha256")
    .update(
      facts
        .filter(({ kind }) => kind !== ASKED)
        // A result says what it began with, as its request always has.
        .map(({ from, ...fact }) => (/trained|merged/.test(fact.kind) ? fact : { from, ...fact }))
        .map((fact) => `${JSON.stringify(fact, comparable)}\n`)
        .toSorted()
        .join(""),
    )
    .digest("hex");

/** A value without what may differ, its keys in the order of the alphabet. */
const comparable = (key: string, value: unknown): unknown => {
  if (PLACE.includes(key)) return undefined;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
};
