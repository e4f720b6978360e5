import { keyOf } from "../facts/keys.js";
import { requestKindOf, writerOf } from "../facts/kinds.js";
import type { Writer } from "../facts/row.js";
import { subjectOfTail } from "../facts/subjects.js";

/** The service that does the job of an answer again, by the end of its subject; undefined where none is asked for such a fact. */
export const repeatedBy = (searchId: string, answer: string): Writer | undefined => {
  const kind = keyOf(subjectOfTail(searchId, answer))?.kind;
  if (kind === undefined || (requestKindOf(kind) === undefined && kind !== "round.scored")) return undefined;
  return writerOf(kind);
};
