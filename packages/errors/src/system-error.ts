import { type BnasError, isBnasError } from "./bnas-error.js";
import type { Code } from "./codes.js";
import { fault } from "./fault.js";
import { messageOf } from "./sentence.js";
import type { Text } from "./text.js";

/** What the operating system reports that is one of our codes. What it means where a file is opened, the opener says itself. */
const SYSTEM: Readonly<Record<string, Code>> = { ENOSPC: "NO_ROOM", EDQUOT: "NO_ROOM" };

/** The operating system's code of an error, `ENOENT` or `ENOSPC`; undefined for an error of another origin. */
export const systemErrorCode = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && "syscall" in error ? String(error.code) : undefined;

/**
 * A disk or a quota of the log or of the store is full. The data to be written are not at fault: a caller that waits until there is
 * space can write them.
 */
export const noRoom = (message: Text, hint: Text, options?: ErrorOptions): BnasError<"NO_ROOM"> =>
  fault("NO_ROOM", message, hint, options);

/** What the system says of a full disk as NO_ROOM, and any other error as it is. @param place what is on that disk */
export const asNoRoom = (error: unknown, place: string): unknown => {
  if (isBnasError(error) || SYSTEM[systemErrorCode(error) ?? ""] !== "NO_ROOM") return error;
  return noRoom(
    `${place}: its disk is full`,
    "Make room there. Nothing was lost, and what waits continues by itself.",
    {
      cause: error,
    },
  );
};

/** Anything that was thrown, as an error of ours. An unexpected error is INTERNAL: a fault of bnas. */
export const asBnasError = (error: unknown): BnasError => {
  if (isBnasError(error)) return error;
  const said = messageOf(error);
  const cause = { cause: error };
  if (error instanceof Error && error.name === "AbortError") return fault("CANCELLED", said, "", cause);
  const code = SYSTEM[systemErrorCode(error) ?? ""];
  if (code !== undefined) return fault(code, said, "Make room on that disk, and do the same again.", cause);
  return fault("INTERNAL", said, "", cause);
};
