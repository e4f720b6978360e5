import { sha256Of } from "@bnas/disk";
import { type FactMark, type Recorded, subjectTail } from "@bnas/search";

/** The bytes of a fact that its hash is of: compact JSON, fields in the order of the table, whichever order its writer had. */
const bytesOf = ({ version, subject, writer, time, fact }: Recorded): string =>
  JSON.stringify({ version, subject, writer, time, fact });

/** What later facts name a fact by: SHA-256 of its bytes, the same in a file, in NATS and in an archive. @param recorded as a log gave it */
export const factHash = (recorded: Recorded): string => sha256Of(bytesOf(recorded));

/** Digits of the mark of a field. Of two values of a field one in 65,536 has the same: enough to name the field that was changed. */
const DIGITS = 4;

/** A fact as one of the pruner names it: by the end of its subject, its hash, and a short mark of each of its fields. */
export const markOf = (recorded: Recorded): FactMark => ({
  fact: subjectTail(recorded.subject),
  sha256: factHash(recorded),
  fields: fieldMarks(recorded)
    .map(({ mark }) => mark)
    .join(""),
});

/**
 * The fields in which a fact is not what was named. Empty where all marks are alike; a field that is gone is found too, without its name.
 */
export const changedFields = (recorded: Recorded, { fields }: Pick<FactMark, "fields">): readonly string[] => {
  const named: readonly string[] = fields.match(new RegExp(`.{${DIGITS}}`, "g")) ?? [];
  const changed = fieldMarks(recorded).filter(({ mark }) => !named.includes(mark));
  if (changed.length > 0) return changed.map(({ field }) => field);
  return named.length > fieldMarks(recorded).length ? ["fact"] : [];
};

const fieldMarks = ({ time, fact }: Recorded): readonly { readonly field: string; readonly mark: string }[] =>
  [["time", time] as const, ...Object.entries(fact).map(([name, value]) => [`fact.${name}`, value] as const)].map(
    ([field, value]) => ({ field, mark: sha256Of(`${field}=${JSON.stringify(value)}`).slice(0, DIGITS) }),
  );
