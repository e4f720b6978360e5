import { isUnavailable } from "../errors.js";

/** Thrown by a job on a fault that may pass: it is tried again after the delay, longer each time, a few times. */
export class Retry extends Error {
  readonly delayMs: number;
  readonly reason: string;

  constructor(delayMs: number, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = "Retry";
    this.delayMs = delayMs;
    this.reason = reason;
  }
}

/** How often, and how long apart, a job is tried. */
export type RetryPolicy = { readonly maxAttempts: number; readonly maxDelayMs: number };

export const defaultRetryPolicy: RetryPolicy = { maxAttempts: 5, maxDelayMs: 60_000 };

/**
 * Milliseconds until a job is tried again: the delay it asked for, doubled with every attempt. Null: it is not tried again.
 * A service that cannot be reached (UNAVAILABLE) counts as a Retry of one second.
 * @param attempts how often it was tried, this time included
 */
export function retryDelay(error: unknown, attempts: number, policy: RetryPolicy): number | null {
  const first = error instanceof Retry ? error.delayMs : isUnavailable(error) ? 1000 : null;
  if (first === null || attempts >= policy.maxAttempts) return null;
  return Math.min(first * 2 ** (attempts - 1), policy.maxDelayMs);
}
