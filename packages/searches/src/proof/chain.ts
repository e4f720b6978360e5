import { factHash, markOf, type Stored } from "@bnas/log";
import {
  type CheckpointRef,
  differingField,
  type FactMark,
  isComputed,
  requestKindOf,
  resultSubject,
  rowOf,
  type Search,
  subjectOf,
  subjectTail,
  wanted,
  writerOf,
} from "@bnas/search";

// How the facts of a search prove each other (docs/proof.md): answers name their request, and what the pruner decides names all before it.

/** What is asked for and not answered. */
type Asked = { readonly sha256: string; readonly from: CheckpointRef | null | undefined };

/** What is known of a search's facts beside what they say. */
export type Chain = {
  /** Whether its facts must prove each other: as `search.opened` says. */
  readonly proof: boolean;
  /** By the subject of the answer. */
  readonly asked: ReadonlyMap<string, Asked>;
  /** Facts that no fact of the pruner has named yet, in the order of the log. */
  readonly unnamed: readonly (FactMark & { readonly sequence: number })[];
};

export const emptyChain: Chain = { proof: false, asked: new Map(), unnamed: [] };

/** What is known one fact further. Of a search that is not proved nothing is kept. */
export const chainAfter = (before: Chain, searchId: string, stored: Stored): Chain => {
  const { fact } = stored;
  const proof = before.proof || (fact.kind === "search.opened" && fact.proof === 1);
  if (!proof) return before;
  const { asks } = rowOf(fact.kind);
  const asked = new Map(before.asked);
  asked.delete(stored.subject);
  const answer = asks === undefined ? null : resultSubject(searchId, fact);
  // A trained network asks to be evaluated as it is: with what it holds, not with what it began with.
  const from = requestKindOf(fact.kind) === undefined && "from" in fact ? fact.from : undefined;
  if (answer !== null) asked.set(answer, { sha256: factHash(stored), from });
  return { proof, asked, unnamed: unnamedAfter(before.unnamed, stored) };
};

const unnamedAfter = (before: Chain["unnamed"], stored: Stored): Chain["unnamed"] => {
  const { subject, fact, sequence } = stored;
  const tail = subjectTail(subject);
  // One of our own, which the watch brings a second time.
  if (before.some((one) => one.fact === tail)) return before;
  const named = new Set("after" in fact ? (fact.after ?? []).map((one) => one.fact) : []);
  const left = named.size === 0 ? before : before.filter((one) => !named.has(one.fact));
  return [...left, { ...markOf(stored), sequence }].sort((one, other) => one.sequence - other.sequence);
};

/** What a fact that is decided now names. */
export const afterOf = ({ unnamed }: Chain): readonly FactMark[] =>
  unnamed.map(({ fact, sha256, fields }) => ({ fact, sha256, fields }));

/** Why a fact is none of its search: the field, and what is wrong with it. */
export type Misfit = { readonly field: string; readonly reason: string };

/**
 * Whether an answer answers what was asked, and whether what others compute follows from the facts before it. Of a search that is not
 * proved anything fits.
 */
export const misfitOf = (chain: Chain, search: Search, { subject, fact }: Stored): Misfit | undefined => {
  if (!chain.proof) return undefined;
  if (requestKindOf(fact.kind) !== undefined) return misfitOfAnswer(chain.asked.get(subject), fact);
  if (isComputed(fact.kind) && writerOf(fact.kind) !== "pruner") {
    const right = wanted(search).find((other) => subjectOf(search.id, other) === subject);
    const difference = differingField(fact, right, "fact", ROOM);
    if (difference !== undefined) {
      return { field: difference.path, reason: "does not follow from the facts before it" };
    }
  }
  return undefined;
};

/** Exp may differ in its last bit from engine to engine of JavaScript. */
const ROOM = 1e-9;

const misfitOfAnswer = (asked: Asked | undefined, fact: Stored["fact"]): Misfit | undefined => {
  if (asked === undefined) return { field: "subject", reason: "answers what was not asked for" };
  const { request, from } = fact as { readonly request?: string; readonly from?: CheckpointRef | null };
  if (request !== asked.sha256) {
    const found = request === undefined ? "is missing" : `is ${request}`;
    return { field: "fact.request", reason: `${found}, and the request has the SHA-256 ${asked.sha256}` };
  }
  if (asked.from !== undefined && "from" in rowOf(fact.kind).body && from !== asked.from) {
    return { field: "fact.from", reason: `is ${from}, and ${asked.from} was asked for` };
  }
  return undefined;
};
