import { messageOf } from "@bnas/errors";
import type { Stored } from "@bnas/log";
import { factsDamaged } from "@bnas/log";
import { ALL_SEARCHES, parseRecorded, type Recorded } from "@bnas/search";
import type { StreamMessage } from "../link/read-messages.js";

/**
 * The message of a fact, and the fact as that message keeps it (a copy).
 * @throws InvalidInput for a fact that could not be read back (a NaN in it)
 */
export const writeFact = ({
  version,
  subject,
  writer,
  time,
  fact,
}: Recorded): {
  readonly recorded: Recorded;
  readonly body: string;
} => {
  const body = JSON.stringify({ version, subject, writer, time, fact });
  return { recorded: parseRecorded(JSON.parse(body), subject), body };
};

/**
 * The fact of a message.
 * @throws FACTS_DAMAGED for what no bnas has written there
 * @param place the stream, for the error
 */
export const readFact = ({ subject, sequence, data }: StreamMessage, place: string): Stored => {
  const text = Buffer.from(data).toString("utf8");
  let reason: string;
  try {
    const recorded = parseRecorded(JSON.parse(text), subject);
    if (recorded.subject === subject) return { ...recorded, sequence };
    reason = `It says that it is ${recorded.subject}.`;
  } catch (error) {
    reason = messageOf(error);
  }
  throw factsDamaged(
    `NATS stream ${place} message ${sequence} on ${subject}`,
    text,
    "a fact as bnas writes it",
    `${reason} If another version of bnas wrote it, run that one. If another client did, remove its permission to publish on ${ALL_SEARCHES} ` +
      `from them and remove it by \`nats stream purge ${place} --subject=${subject}\`.`,
  );
};
