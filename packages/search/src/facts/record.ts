import { invalidInput } from "@bnas/errors";
import { FACT_VERSION } from "./fact-version.js";
import type { Fact, Recorded } from "./facts.js";
import { subjectOf } from "./keys.js";
import { mayWrite, writerOf } from "./kinds.js";
import type { Writer } from "./row.js";

/**
 * A fact as the log keeps it, in the version in which this program opens searches: a log writes it in that of its search.
 * @param time RFC 3339, UTC, for people
 * @throws InvalidInput when this writer may not write this kind: two writers of one subject could disagree
 */
export const record = (searchId: string, fact: Fact, writer: Writer, time: string): Recorded => {
  if (!mayWrite(writer, fact.kind)) {
    throw invalidInput("writer", writer, writerOf(fact.kind), `Only the ${writerOf(fact.kind)} writes ${fact.kind}.`);
  }
  return { version: FACT_VERSION, subject: subjectOf(searchId, fact), writer, time, fact };
};
