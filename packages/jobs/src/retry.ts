import { backOff, CODES, hasCode, isBnasError } from "@bnas/errors";

/** How often, and how long apart, a job is tried. */
export type RetryPolicy = { readonly maxAttempts: number; readonly maxDelayMs: number };

export const defaultRetryPolicy: RetryPolicy = { maxAttempts: 5, maxDelayMs: 60_000 };

/** Longest wait for a part of the mesh that is out of reach: it may be back at any moment. */
const MAX_OUTAGE_DELAY_MS = 15_000;

/**
 * Milliseconds until a job is tried again: the delay it asked for, doubled with every attempt. Null: it is not tried again.
 * A service or broker that is out of reach (UNAVAILABLE) and a disk that is full say nothing about the job: it is tried again
 * for as long as it takes, so that an outage of the mesh never ends a search.
 * @param attempts how often it was tried, this time included
 * @example
 * ```ts
 * import { retryLater } from "@bnas/errors";
 * import { defaultRetryPolicy, retryDelay } from "@bnas/jobs";
 *
 * retryDelay(retryLater(1000, "the store is busy"), 1, defaultRetryPolicy); // => 1000
 * retryDelay(retryLater(1000, "the store is busy"), 3, defaultRetryPolicy); // => 4000
 * retryDelay(new Error("a mistake"), 1, defaultRetryPolicy); // => null
 * ```
 */
export const retryDelay = (error: unknown, attempts: number, policy: RetryPolicy): number | null => {
  if (isBnasError(error) && CODES[error.code].retried === "until it works")
    return backOff(attempts, { first: 1000, most: Math.min(MAX_OUTAGE_DELAY_MS, policy.maxDelayMs) });
  if (!hasCode(error, "RETRY") || attempts >= policy.maxAttempts) return null;
  return backOff(attempts, { first: error.delayMs ?? 0, most: policy.maxDelayMs });
};
