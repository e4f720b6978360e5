import type { Difference } from "../differing-field.js";
import { differingField } from "../differing-field.js";
import type { Fact } from "../facts/facts.js";
import { subjectOf } from "../facts/keys.js";
import { isComputed } from "../facts/kinds.js";
import { wanted } from "./decide.js";
import { evolve } from "./evolve.js";
import { type Search, start } from "./search.js";

/** What facts say of other facts, times among it: it decides nothing, and differs from run to run. */
const PROOF = ["request", "after", "root"];

/**
 * What two runs of the same spec and seed on the same engine must agree on: the fact without `seconds`, `images` and `loss`,
 * from which nothing follows; where images weigh a mean, the request to merge says them again and keeps them. The checkpoint
 * stays, for whatever comes later follows from it.
 */
export const decisionContent = (fact: Fact): object => {
  const idle = new Set(["seconds", "images", "loss", ...PROOF]);
  return Object.fromEntries(Object.entries(fact).filter(([key]) => !idle.has(key)));
};

const withoutProof = (fact: Fact): object =>
  Object.fromEntries(Object.entries(fact).filter(([key]) => !PROOF.includes(key)));

/** What the facts of a search give when they are folded, and where a recorded decision is not what they lead to. */
export type Replayed = { readonly search: Search; readonly disagreements: readonly Difference[] };

/** Exp may differ in its last bit from engine to engine of JavaScript, so scores are compared with this much room. */
const ROOM = 1e-9;

/**
 * Fold the facts of a search in their order and repeat every computed decision. Each disagreement names the subject and the field;
 * `left` is what was recorded, `right` what follows from the facts before it (undefined: nothing does).
 */
export const replay = (searchId: string, facts: readonly Fact[]): Replayed => {
  let search = start(searchId);
  const disagreements: Difference[] = [];
  for (const fact of facts) {
    const before = search;
    search = evolve(before, fact);
    if (!isComputed(fact.kind)) continue;
    const path = subjectOf(searchId, fact);
    const right = wanted(before).find((other) => subjectOf(searchId, other) === path);
    const difference = differingField(withoutProof(fact), right, path, ROOM);
    if (difference !== undefined) disagreements.push(difference);
  }
  return { search, disagreements };
};
