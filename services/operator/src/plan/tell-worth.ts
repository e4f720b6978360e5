import type { MeshSearch } from "../see/mesh-view.js";
import type { Conditions } from "../status/condition-list.js";
import type { Reason } from "../status/conditions.js";

/** The reasons of Meaningful by the kinds of verdict (VerdictKind of @bnas/search). */
const REASONS: Readonly<Record<string, Reason<"Meaningful">>> = {
  diverged: "Diverged",
  "at-chance": "AtChance",
  "decided-by-ties": "DecidedByTies",
  collapsed: "Collapsed",
  "not-distinguishable": "NotDistinguishable",
  "too-few-reduction-images": "TooFewReductionImages",
  sound: "Sound",
};

/** Say in the condition Meaningful what the answer of a search that has ended is worth. */
export const tellWorth = (conditions: Conditions, { state, verdict }: MeshSearch): void => {
  if (verdict === undefined) {
    conditions.set("Meaningful", state === "finished" ? "NotComputed" : "NoAnswer", "");
    return;
  }
  const reason = REASONS[verdict.kind] ?? "NotComputed";
  conditions.set("Meaningful", reason, verdict.message);
};
