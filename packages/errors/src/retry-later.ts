import { BnasError } from "./bnas-error.js";

/**
 * Thrown by a job on a fault that may pass: it is tried again after the delay, longer each time, a few times.
 * @param delayMs milliseconds before the second try
 */
export const retryLater = (delayMs: number, reason: string, options?: ErrorOptions): BnasError<"RETRY"> =>
  new BnasError("RETRY", { message: reason, hint: "", path: [], value: undefined, allowed: "", delayMs }, options);
