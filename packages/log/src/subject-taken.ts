import { type BnasError, fault } from "@bnas/errors";
import { opensNewerSearch } from "./quarantine.js";
import { UNREADABLE, type Unreadable } from "./unreadable.js";

/** The subject of a fact holds a message that is none, and this process may not remove it. The pruner does. */
export const subjectTaken = ({ subject, sequence, reason }: Unreadable): BnasError<"SUBJECT_TAKEN"> =>
  fault(
    "SUBJECT_TAKEN",
    `${subject} holds message ${sequence}, which is no fact for this version: ${UNREADABLE[reason]}`,
    opensNewerSearch({ subject, reason })
      ? "Services of that version continue its search; take another id, or remove it by `bnas quarantine drop --newer-version`."
      : "The pruner removes it, if its user of NATS may purge the stream; `bnas quarantine drop` does so by hand.",
  );
