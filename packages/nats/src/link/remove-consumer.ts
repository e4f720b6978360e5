import { apiCode, CONSUMER_NOT_FOUND } from "./nats-errors.js";
import type { NatsLink } from "./nats-link.js";

/**
 * Remove the consumers of workers that were there for one search alone, which are named by it (`trainer-<id>`). There may be
 * none.
 */
export const removeConsumer = async (link: NatsLink, stream: string, searchId: string): Promise<void> => {
  await link.patiently(`remove the consumer of ${searchId}`, async () => {
    await link.manager.consumers.delete(stream, `trainer-${searchId}`).catch((error: unknown) => {
      if (apiCode(error) !== CONSUMER_NOT_FOUND) throw error;
    });
  });
};
