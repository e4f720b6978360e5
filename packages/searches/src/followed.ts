import type { Stored } from "@bnas/log";
import { endsSearch, evolve, type Search, start } from "@bnas/search";

/** A search as the log tells it up to `sequence`, and perhaps with a few later facts that were appended here. */
export type Followed = {
  readonly search: Search;
  readonly sequence: number;
  /** RFC 3339 times of its first fact and, when it has ended, of the one that ended it. */
  readonly created: string;
  readonly ended: string | undefined;
};

/**
 * A search one fact further. Folding a fact twice changes nothing.
 * @param overtaking it was appended here, and facts before it may not have come yet: a reader that continues after `sequence` must
 * still get those
 */
export const follow = (
  before: Followed | undefined,
  searchId: string,
  stored: Stored,
  overtaking = false,
): Followed => ({
  search: evolve(before?.search ?? start(searchId), stored.fact),
  sequence: overtaking && before !== undefined ? before.sequence : Math.max(before?.sequence ?? 0, stored.sequence),
  created: before?.created ?? stored.time,
  ended: before?.ended ?? (endsSearch(stored.fact) ? stored.time : undefined),
});

/**
 * All of the facts of a search, in order, folded; undefined where none opens it.
 * @param onMisfit gets each fact that its search cannot have, which is left out
 */
export const followAll = (
  searchId: string,
  facts: readonly Stored[],
  onMisfit: (stored: Stored, error: unknown) => void = () => {},
): Followed | undefined => {
  let followed: Followed | undefined;
  for (const stored of facts) {
    try {
      followed = follow(followed, searchId, stored);
    } catch (error) {
      onMisfit(stored, error);
    }
  }
  return followed?.search.spec === undefined ? undefined : followed;
};
