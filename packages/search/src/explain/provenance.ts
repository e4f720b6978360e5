import type { MadeBy } from "../facts/fact-parts.js";
import type { Recorded } from "../facts/facts.js";
import { rowOf } from "../facts/table.js";

/** An engine and code that did jobs of a search, and how many. */
export type Maker = MadeBy & { readonly jobs: number };

/** Where the results of a search come from, by its facts. */
export type Provenance = {
  /** SHA-256 of the images and labels that it was opened on. Undefined: its facts are older and do not say. */
  readonly datasetDigest: string | undefined;
  /** Who did its jobs, the one that did most first. More than one: the results were not all made alike. */
  readonly makers: readonly Maker[];
  /** Jobs whose facts are older and do not say who did them. */
  readonly unrecorded: number;
};

/** Reads from the facts of a search which data it was opened on, and which engines and code did its jobs. A fact counts once. */
export const provenanceOf = (facts: readonly Recorded[]): Provenance => {
  const makers = new Map<string, Maker>();
  const seen = new Set<string>();
  let datasetDigest: string | undefined;
  let unrecorded = 0;
  for (const { subject, fact } of facts) {
    if (seen.has(subject)) continue;
    seen.add(subject);
    if (fact.kind === "search.opened" || fact.kind === "data.described") datasetDigest ??= fact.datasetDigest;
    if (!("madeBy" in rowOf(fact.kind).body)) continue;
    // Its row has the field.
    const { madeBy } = fact as { readonly madeBy?: MadeBy };
    if (madeBy === undefined) {
      unrecorded += 1;
      continue;
    }
    const key = keyOfMaker(madeBy);
    makers.set(key, { ...madeBy, jobs: (makers.get(key)?.jobs ?? 0) + 1 });
  }
  const byJobs = (one: Maker, other: Maker): number =>
    other.jobs - one.jobs || (keyOfMaker(one) < keyOfMaker(other) ? -1 : 1);
  return { datasetDigest, makers: [...makers.values()].sort(byJobs), unrecorded };
};

const keyOfMaker = ({ engine, code }: MadeBy): string => `${engine.digest} ${code.digest}`;
