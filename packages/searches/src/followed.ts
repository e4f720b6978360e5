import type { Stored } from "@bnas/log";
import { endsSearch, evolve, type Search, start } from "@bnas/search";
import { type Chain, chainAfter, emptyChain, type Misfit, misfitOf } from "./proof/chain.js";

/** A fact that is none of its search, and why. */
export type Refused = Misfit & { readonly subject: string; readonly sequence: number };

/** A search as the log tells it up to `sequence`, and perhaps with a few later facts that were appended here. */
export type Followed = {
  readonly search: Search;
  readonly sequence: number;
  /** Sequences of the later facts that were appended here. */
  readonly ahead: readonly number[];
  /** RFC 3339 times of its first fact and, when it has ended, of the one that ended it. */
  readonly created: string;
  readonly ended: string | undefined;
  /** What its facts say of each other. */
  readonly chain: Chain;
  /** Facts that count for nothing. Their places are taken: the search cannot have what it waits for there. */
  readonly refused: readonly Refused[];
};

/** What of a fact only the store knows: why it is none of its search. */
export type Unfit = (stored: Stored) => Misfit | undefined;

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
  unfit: Unfit = () => undefined,
): Followed => {
  const { sequence } = stored;
  const known = before ?? begun(searchId, stored);
  const isAhead = known.ahead.includes(sequence);
  const isOld = before !== undefined && (sequence <= before.sequence || isAhead);
  const later = overtaking && before !== undefined;
  const ahead = isAhead && !later ? known.ahead.filter((one) => one !== sequence) : known.ahead;
  const read = {
    ...known,
    sequence: later ? known.sequence : Math.max(known.sequence, sequence),
    ahead: later && !isOld ? [...ahead, sequence] : ahead,
  };
  if (isOld) return read;
  const misfit = misfitOf(known.chain, known.search, stored) ?? unfit(stored);
  if (misfit !== undefined) {
    return { ...read, refused: [...known.refused, { subject: stored.subject, sequence, ...misfit }] };
  }
  return {
    ...read,
    search: evolve(known.search, stored.fact),
    ended: known.ended ?? (endsSearch(stored.fact) ? stored.time : undefined),
    chain: chainAfter(known.chain, searchId, stored),
  };
};

const begun = (searchId: string, { time }: Stored): Followed => ({
  ...{ search: start(searchId), sequence: 0, ahead: [], created: time, ended: undefined },
  ...{ chain: emptyChain, refused: [] },
});

/**
 * All of the facts of a search, in order, folded; undefined where none opens it.
 * @param onMisfit gets each fact that its search cannot have, which is left out
 */
export const followAll = (
  searchId: string,
  facts: readonly Stored[],
  onMisfit: (stored: Stored, error: unknown) => void = () => {},
  unfit?: Unfit,
): Followed | undefined => {
  let followed: Followed | undefined;
  for (const stored of facts) {
    try {
      followed = follow(followed, searchId, stored, false, unfit);
    } catch (error) {
      onMisfit(stored, error);
    }
  }
  return followed?.search.spec === undefined ? undefined : followed;
};
