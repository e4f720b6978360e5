import { isInvalidInput, messageOf } from "@bnas/errors";
import { factHash, type Stored } from "@bnas/log";
import {
  endsSearch,
  evolve,
  type Fact,
  type FactOf,
  requestKindOf,
  type Search,
  start,
  trainedSeconds,
  type Writer,
  writerOf,
} from "@bnas/search";
import { type Chain, chainAfter, emptyChain, type Misfit, misfitOf } from "./proof/chain.js";

/** A fact that is none of its search, and why. */
export type Refused = Misfit & {
  readonly subject: string;
  readonly sequence: number;
  readonly writer: Writer;
  /** Of its bytes, as facts name each other. */
  readonly sha256: string;
};

/** A search as the log tells it up to `sequence`, and perhaps with a few later facts that were appended here. */
export type Followed = {
  readonly search: Search;
  readonly sequence: number;
  /** Sequences of the later facts that were appended here. */
  readonly ahead: readonly number[];
  /** RFC 3339 times of its first fact and, when it has ended, of the one that ended it. */
  readonly created: string;
  /** On whose account it is, as `search.opened` says. */
  readonly owner: string | undefined;
  /** What its jobs have written into the store, in bytes, as their answers say. */
  readonly written: number;
  readonly ended: string | undefined;
  /** What its facts say of each other. */
  readonly chain: Chain;
  /** Facts that count for nothing. While they are there, the search cannot have what it waits for in their places. */
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
  const misfit = earlyMisfit(known.search, stored) ?? misfitOf(known.chain, known.search, stored) ?? unfit(stored);
  const after = misfit ?? evolved(known.search, stored);
  // What was refused before on this subject is gone: a subject has one message.
  const refused = known.refused.filter(({ subject }) => subject !== stored.subject);
  if ("field" in after) {
    const { subject, writer } = stored;
    return { ...read, refused: [...refused, { subject, sequence, writer, sha256: factHash(stored), ...after }] };
  }
  return {
    ...read,
    ...accountAfter(known, stored.fact),
    refused,
    search: after,
    ended: known.ended ?? (endsSearch(stored.fact) ? stored.time : undefined),
    chain: chainAfter(known.chain, searchId, stored),
  };
};

/** Why a fact that lies before that which opens its search is none of it: who wrote it could not know of the search. */
const earlyMisfit = ({ spec }: Search, { fact }: Stored): Misfit | undefined =>
  spec === undefined && fact.kind !== "search.opened"
    ? { field: "place", reason: "lies before the fact that opens the search" }
    : undefined;

/** The search one fact further, or why it cannot have that fact. */
const evolved = (search: Search, { fact }: Stored): Search | Misfit => {
  try {
    return evolve(search, fact);
  } catch (error) {
    if (!isInvalidInput(error)) throw error;
    return { field: "fact", reason: `does not fit: ${messageOf(error)}` };
  }
};

const begun = (searchId: string, { time }: Stored): Followed => ({
  ...{ search: start(searchId), sequence: 0, ahead: [], created: time, ended: undefined, owner: undefined, written: 0 },
  ...{ chain: emptyChain, refused: [] },
});

/** The fact that opens a search says whose it is; what comes after its end is not on its account. */
const accountAfter = (
  { owner, written, search, ended }: Followed,
  fact: Fact,
): Pick<Followed, "owner" | "written"> => ({
  owner: owner ?? (fact.kind === "search.opened" && search.spec === undefined ? fact.owner : undefined),
  written: written + (ended === undefined && isAnswer(fact) ? (fact.bytes ?? 0) : 0),
});

const isAnswer = (
  fact: Fact,
): fact is FactOf<"epoch.trained" | "sample.trained" | "pass.merged" | "model.epoch.trained"> =>
  requestKindOf(fact.kind) !== undefined && writerOf(fact.kind) === "trainer";

/** What a search with an owner has used, as facts say it that outlive its others. Of one without an owner nothing is kept. */
export const usedBy = ({ owner, written, search }: Pick<Followed, "owner" | "written" | "search">): Used =>
  owner === undefined ? {} : { owner, trainedSeconds: trainedSeconds(search), bytes: written };

export type Used = { readonly owner?: string; readonly trainedSeconds?: number; readonly bytes?: number };

/** All of the facts of a search, in order, folded; undefined where none opens it. What it cannot have is in `refused`. */
export const followAll = (searchId: string, facts: readonly Stored[], unfit?: Unfit): Followed | undefined => {
  let followed: Followed | undefined;
  for (const stored of facts) followed = follow(followed, searchId, stored, false, unfit);
  return followed?.search.spec === undefined ? undefined : followed;
};
