import type { End, Fact, Tombstone } from "./facts.js";
import type { EndKind, Writer } from "./row.js";
import { FACT_KINDS, type FactKind, rowOf } from "./table.js";

// What follows from the rows of the table for whole kinds.

/** The one service that writes this kind of fact. */
export const writerOf = (kind: FactKind): Writer => rowOf(kind).writer;

/** Whether a service may write this kind of fact. A search is failed by whoever holds the job that cannot be done. */
export const mayWrite = (writer: Writer, kind: FactKind): boolean => {
  const row = rowOf(kind);
  return row.writer === writer || row.alsoBy?.includes(writer) === true;
};

/** The kinds that end a search. */
export const END_KINDS = FACT_KINDS.filter((kind) => rowOf(kind).ends !== undefined);

/** The kinds that stand in the place of all other facts of a search. */
export const TOMBSTONE_KINDS = FACT_KINDS.filter((kind) => rowOf(kind).tombstone !== undefined);

/** Whether a fact ends its search. */
export const endsSearch = (fact: Fact): fact is End => rowOf(fact.kind).ends !== undefined;

/** How a search ends by this fact. */
export const endKindOf = ({ kind }: End): EndKind => {
  const { ends } = rowOf(kind);
  if (ends === undefined) throw new RangeError(`${kind} ends no search`);
  return ends;
};

export const isTombstone = (fact: Fact): fact is Tombstone => rowOf(fact.kind).tombstone !== undefined;

/** Whether a kind follows from the facts before it: replay decides it again. */
export const isComputed = (kind: FactKind): boolean => rowOf(kind).computed === true;

/** The kinds that ask a service for work: those that a fact of this writer answers. */
export const asksOf = (writer: Writer): readonly FactKind[] =>
  FACT_KINDS.filter((kind) => {
    const { asks } = rowOf(kind);
    return asks !== undefined && writerOf(asks) === writer;
  });

/** The kind that a kind answers; undefined: it answers none. */
export const requestKindOf = (kind: FactKind): FactKind | undefined =>
  FACT_KINDS.find((other) => rowOf(other).asks === kind);

/** Whether a fact asks for what takes a trainer a while. Each of those has a number. (A merge is quick, and has none.) */
export const isTrainingJob = ({ kind }: Pick<Fact, "kind">): boolean => "job" in rowOf(kind).body;
