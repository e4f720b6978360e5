import { asBnasError, CODES, sentence } from "@bnas/errors";
import type { Work } from "@bnas/jobs";
import type { ServiceTools } from "@bnas/process";

/** The same work, of which an operator learns what it waits for: such a job is tried again without an end. */
export const tellingWaits = (work: Work, { logger, waits }: Pick<ServiceTools, "logger" | "waits">): Work => ({
  ...work,
  async handle(stored, job) {
    try {
      await work.handle(stored, job);
    } catch (error) {
      const known = asBnasError(error);
      if (CODES[known.code].retried === "until it works" && !job.signal.aborted) {
        logger.warn({ subject: stored.subject, reason: sentence(known) }, "a job waits, and is tried again");
        waits?.(known);
      }
      throw error;
    }
  },
});
