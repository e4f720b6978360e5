import { parseRecorded, type Recorded } from "@bnas/search";

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
