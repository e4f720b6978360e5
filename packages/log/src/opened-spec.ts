import { invalidInput } from "@bnas/errors";
import { completeSpec, type Spec, subjectOf } from "@bnas/search";
import type { FactLog } from "./fact-log.js";

/** The spec that a search was opened with. */
export const openedSpec = async (log: Pick<FactLog, "read">, searchId: string): Promise<Spec> => {
  const [opened] = await log.read(subjectOf(searchId, { kind: "search.opened" }));
  if (opened?.fact.kind !== "search.opened") {
    throw invalidInput(
      "search_id",
      searchId,
      "the id of a search that was opened",
      "the log has no `opened` fact of it; check that every service uses the same log",
    );
  }
  return completeSpec(opened.fact.spec);
};
