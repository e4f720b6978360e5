import type { End, Fact, RequestKindTo, RequestTo, Tombstone } from "./facts.js";
import type { EndKind, Writer } from "./row.js";
import { FACT_KINDS, type FactKind, rowOf } from "./table.js";

// What the rows of the table say about kinds.

/** The one service that writes this kind of fact. */
export const writerOf = (kind: FactKind): Writer => rowOf(kind).writer;

/** Whether a service may write this kind of fact. A search is failed by the service that has the job which cannot be done. */
export const mayWrite = (writer: Writer, kind: FactKind): boolean => {
  const row = rowOf(kind);
  return row.writer === writer || row.alsoBy?.includes(writer) === true;
};

/** The kinds that end a search. */
export const END_KINDS = FACT_KINDS.filter((kind): kind is End["kind"] => rowOf(kind).ends !== undefined);

/** The kinds that replace all other facts of a search. */
export const TOMBSTONE_KINDS = FACT_KINDS.filter(
  (kind): kind is Tombstone["kind"] => rowOf(kind).tombstone !== undefined,
);

/** The kinds that say that their search has ended: by itself, or as what is left of it. */
export const LAST_KINDS = [...END_KINDS, ...TOMBSTONE_KINDS];

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
export const requestKindsTo = <W extends Writer>(writer: W): readonly RequestKindTo<W>[] =>
  FACT_KINDS.filter((kind): kind is RequestKindTo<W> => asksFor(kind) === writer);

/** Whether a fact asks a service for work. */
export const isRequestTo = <W extends Writer>(writer: W, fact: Fact): fact is RequestTo<W> =>
  asksFor(fact.kind) === writer;

/** Who answers a kind; undefined: it asks for nothing. */
const asksFor = (kind: FactKind): Writer | undefined => {
  const { asks } = rowOf(kind);
  return asks === undefined ? undefined : writerOf(asks);
};

/** The kind that a kind answers; undefined: it answers none. */
export const requestKindOf = (kind: FactKind): FactKind | undefined =>
  FACT_KINDS.find((other) => rowOf(other).asks === kind);

/** Whether a fact asks for what takes a trainer a while. Each of those has a number. (A merge is quick, and has none.) */
export const isTrainingJob = ({ kind }: Pick<Fact, "kind">): boolean => "job" in rowOf(kind).body;
