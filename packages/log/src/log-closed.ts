import { type BnasError, fault } from "@bnas/errors";

/** The log was closed before this call: the code that closed it did so too early. */
export const logClosed = (place: string): BnasError<"LOG_CLOSED"> =>
  fault("LOG_CLOSED", `The log ${place} is closed: stop its users before it.`, "");
