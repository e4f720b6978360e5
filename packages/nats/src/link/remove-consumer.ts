import { apiCode, CONSUMER_NOT_FOUND } from "./nats-errors.js";
import type { NatsLink } from "./nats-link.js";

/**
 * Remove the consumers of workers that were there for one search alone, which are named by it (`trainer-<id>`, `retrainer-<id>`). There may be
 * none.
 */
export const removeConsumer = async (link: NatsLink, stream: string, searchId: string): Promise<void> => {
  await link.patiently(`remove the consumer of ${searchId}`, async () => {
    for (const name of ["trainer", "retrainer"]) {
      await link.manager.consumers.delete(stream, `${name}-${searchId}`).catch((error: unknown) => {
        if (apiCode(error) !== CONSUMER_NOT_FOUND) throw error;
      });
    }
  });
};
