import type { Stored } from "@bnas/log";
import { type End, type EndKind, endKindOf, type FactOf } from "@bnas/search";
import { type Followed, follow, type Misfit, type Used, usedBy } from "@bnas/searches";

/** What is kept in memory of an ended search, whose facts are read again on request: some 200 bytes. */
export type EndedSearch = {
  readonly state: EndKind;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly ended: number;
  readonly seed: number;
  /** What it has used, for the account of its owner. */
  readonly used: Used;
  /** Its facts are in the store, not in the log. */
  readonly archived: boolean;
};

/** What is kept in memory of a search. */
export type KnownSearch =
  | { readonly state: "live"; readonly followed: Followed }
  | EndedSearch
  | { readonly state: "deleted"; readonly used: Used };

/** What is known of a search one fact further; undefined: it was not opened. @param overtaking see `follow` @param misfit what the store says of its blobs */
export const knownAfter = (
  before: KnownSearch | undefined,
  searchId: string,
  stored: Stored,
  { overtaking = false, misfit }: { readonly overtaking?: boolean; readonly misfit?: Misfit | undefined } = {},
): KnownSearch | undefined => {
  const { fact } = stored;
  if (fact.kind === "search.deleted") return { state: "deleted", used: usedIn(fact) };
  if (before?.state === "deleted") return before;
  if (fact.kind === "search.archived") {
    const { state, seed, created, ended } = fact;
    return {
      ...{ state, seed, created: Date.parse(created), ended: Date.parse(ended) },
      ...{ used: usedIn(fact), archived: true },
    };
  }
  if (before === undefined && fact.kind !== "search.opened") return undefined;
  if (before !== undefined && before.state !== "live") return before;
  return knownOf(follow(before?.followed, searchId, stored, overtaking, () => misfit));
};

/** What is kept of a search that was folded. */
export const knownOf = (followed: Followed): KnownSearch => {
  const { search, created, ended } = followed;
  if (search.ended === undefined || ended === undefined) return { state: "live", followed };
  return endedSearch({ created, seed: search.spec?.seed ?? 0, used: usedBy(followed) }, search.ended, ended);
};

/** What is kept of a search by the facts that opened and ended it alone. */
export const endedSearch = (
  { created, seed, used }: { readonly created: string; readonly seed: number; readonly used: Used },
  end: End,
  ended: string,
): EndedSearch => ({
  state: endKindOf(end),
  created: Date.parse(created),
  ended: Date.parse(ended),
  seed,
  used,
  archived: false,
});

/** The blobs of a search that is deleted go; the seconds that it was trained for do not come back. */
const usedIn = (fact: FactOf<"search.archived" | "search.deleted">): Used =>
  fact.owner === undefined
    ? {}
    : {
        owner: fact.owner,
        trainedSeconds: fact.trainedSeconds ?? 0,
        bytes: fact.kind === "search.archived" ? (fact.bytes ?? 0) : 0,
      };
