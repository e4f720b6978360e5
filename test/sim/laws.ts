import { isUnreadable, readMessage, type Stored } from "@bnas/log";
import { endsSearch, type Recorded, searchIdOf } from "@bnas/search";
import { checkProof } from "@bnas/searches";
import { type Acknowledged, type Answer, answerAt, faults } from "../chaos/history.js";
import type { Kept } from "./nats/simulated-stream.js";

/** The facts of a stream, in its order. What is no fact is none. */
export const factsOf = (messages: readonly Kept[]): readonly Stored[] =>
  messages.map(readMessage).flatMap((read) => (isUnreadable(read) ? [] : [read]));

/** What the faults of a run allow. */
export type Allowed = {
  /** A fact may be gone that was acknowledged: the power failed, and nats-server had not synced it. */
  readonly loss: boolean;
  /** Clients write facts that are none of ours. */
  readonly strangers: boolean;
  /** A search may end as failed, if it says that a blob is gone or altered. */
  readonly refusal: boolean;
};

/** What comes by the hand of a person, or by a fault: no undisturbed search has it. */
const isControl = (subject: string): boolean => /\.(control|repeat)\./.test(subject);
/** Whether an answer was refused, and made room for another: what follows from it came again, too. */
const hasRefused = (facts: readonly Stored[]): boolean =>
  facts.some(({ fact }) => fact.kind === "job.repeat" && fact.refused !== undefined);
const placeOf = (subject: string): string => subject.split(".").slice(3).join(".");

/** What is wrong with a search that was followed to its end: sentences, none when nothing is. */
export const faultsOf = (
  searchId: string,
  run: {
    readonly facts: readonly Stored[];
    readonly acknowledged: readonly Acknowledged[];
    readonly answers: readonly { readonly searchId: string; readonly by: string; readonly answer: Answer }[];
  },
  undisturbed: readonly Recorded[],
  allowed: Allowed,
): readonly string[] => {
  const all = run.facts.filter(({ subject }) => searchIdOf(subject) === searchId);
  // What a stranger writes after the end changes nothing, and stays.
  const end = all.find(({ fact }) => endsSearch(fact))?.sequence ?? Number.POSITIVE_INFINITY;
  const facts = all.filter(
    ({ subject, sequence, fact }) =>
      !isControl(subject) && !(allowed.strangers && sequence > end && !("request" in fact)),
  );
  const refused =
    allowed.refusal &&
    facts.some(({ fact }) => fact.kind === "search.failed" && /Blob [0-9a-f]{64} /.test(fact.reason));
  // One that had ended, and was forgotten after that, is not opened again.
  const partly = refused || allowed.loss;
  const places = new Set(facts.map(({ subject }) => placeOf(subject)));
  // A search that was refused has no genotype. Nothing in it may be wrong nevertheless.
  const found = refused ? facts.filter(({ fact }) => fact.kind !== "search.failed") : facts;
  const acknowledged = run.acknowledged.filter(
    ({ subject }) => searchIdOf(subject) === searchId && !isControl(subject) && !hasRefused(all),
  );
  const answers = run.answers.filter((one) => one.searchId === searchId);
  const differing = faults({
    searchId,
    facts: found,
    undisturbed: partly ? undisturbed.filter(({ subject }) => places.has(placeOf(subject))) : undisturbed,
    acknowledged: allowed.loss ? [] : acknowledged.filter(({ fact }) => !refused || fact?.kind !== "search.failed"),
    watched: found,
    answers: [],
  }).filter((fault) => !partly || !fault.startsWith("it ended by"));
  return [
    ...differing,
    ...(allowed.loss ? [] : unproved(run.facts.filter(({ subject }) => searchIdOf(subject) === searchId))),
    ...(allowed.loss || refused || allowed.strangers || hasRefused(all) ? [] : untrue(searchId, run.facts, answers)),
  ].map((fault) => `${searchId}: ${fault}`);
};

/** The facts of a search prove each other, in whichever order they came. */
const unproved = (facts: readonly Stored[]): readonly string[] =>
  checkProof(facts.map((stored) => ({ stored, sha256: "", isPlain: true }))).faults.map(
    ({ line, field, reason }) => `the fact at ${line} is not proved: its ${field} ${reason}`,
  );

/** An answer says what follows from the facts up to its sequence, and perhaps from a few that its pruner has appended since. */
const untrue = (
  searchId: string,
  all: readonly Stored[],
  answers: readonly { readonly by: string; readonly answer: Answer }[],
): readonly string[] => {
  const facts = all.filter(({ subject }) => searchIdOf(subject) === searchId);
  return answers.flatMap(({ by, answer }) => {
    const own = facts.filter(({ sequence, writer }) => sequence > answer.sequence && writer === "pruner").length;
    const text = JSON.stringify(answer);
    for (let ahead = 0; ahead <= own; ahead++) {
      if (JSON.stringify(answerAt(searchId, facts, answer.sequence, ahead)) === text) return [];
    }
    return [`${by} answered GetSearch at ${answer.sequence} by what the facts up to there do not say: ${text}`];
  });
};
