import { type BnasError, notAllowed } from "@bnas/errors";

/** A line of a file of facts is not as it was written, or was written by another version. @param where the file and the line */
export const factsDamaged = (
  where: string,
  value: unknown,
  allowed: string,
  hint: string,
): BnasError<"FACTS_DAMAGED"> => notAllowed("FACTS_DAMAGED", where, value, allowed, hint);
