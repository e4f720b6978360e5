import type { Logger } from "@bnas/telemetry";
import { PermissionViolationError } from "@nats-io/transport-node";

/**
 * What NATS has refused because this user lacks a permission. NATS reports it to the connection, never to the call: code that
 * publishes without asking for an answer, and waits for what follows, must listen here or wait without end.
 */
export class Denials {
  readonly #logger: Logger;
  readonly #reported = new Set<string>();
  readonly #listeners = new Set<(denied: PermissionViolationError) => void>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** What the connection reports as an error. */
  hear(error: unknown): void {
    if (!(error instanceof PermissionViolationError)) return;
    const { operation, subject } = error;
    // Once for each subject: a heartbeat would fill the log.
    if (!this.#reported.has(subject))
      this.#logger.error({ operation, subject }, "NATS gives this user no right to that");
    this.#reported.add(subject);
    for (const tell of this.#listeners) tell(error);
  }

  /** A refusal that its caller can do without: it is not logged. */
  expect(subject: string): void {
    this.#reported.add(subject);
  }

  /**
   * Calls back when a publish on a subject with one of these prefixes is refused. @returns a function that ends that
   */
  listen(prefixes: readonly string[], tell: (denied: PermissionViolationError) => void): () => void {
    const listener = (denied: PermissionViolationError) => {
      const concerns = prefixes.some((prefix) => denied.subject.startsWith(prefix));
      if (denied.operation === "publish" && concerns) tell(denied);
    };
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** What NATS refused, whatever the client has put around it; undefined for another error. */
export const denialIn = (error: unknown): PermissionViolationError | undefined => {
  if (error instanceof PermissionViolationError) return error;
  return error instanceof Error && error.cause !== undefined ? denialIn(error.cause) : undefined;
};
