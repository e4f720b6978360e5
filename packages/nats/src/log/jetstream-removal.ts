import { hasCode } from "@bnas/errors";
import { isUnreadable, type Removal, readMessage } from "@bnas/log";
import { ALL_SEARCHES, searchPattern } from "@bnas/search";
import type { NatsLink } from "../link/nats-link.js";
import { readMessages } from "../link/read-messages.js";

/** Messages that are asked for at once. */
const BATCH = 1_000;

/** How messages that are no facts leave a stream: those alone, by subject and sequence, so that no fact is ever removed with them. */
export const jetStreamRemoval = (link: NatsLink, stream: string): Removal => {
  /** This user may not purge: it is not tried again. */
  let isDenied = false;
  // That a trainer may not is no fault to log: the pruner may.
  link.denials.expect(`${link.jetstream.apiPrefix}.STREAM.PURGE.${stream}`);
  return {
    async remove({ subject, sequence }) {
      if (isDenied) return false;
      try {
        // A subject has one message, so this is the one that was read, or nothing.
        const purge = () => link.manager.streams.purge(stream, { filter: subject, seq: sequence + 1 });
        await link.patiently(`remove ${subject}`, purge);
        return true;
      } catch (error) {
        if (!hasCode(error, "PERMISSION_DENIED")) throw error;
        isDenied = true;
        return false;
      }
    },
    async *unreadable(searchId) {
      const pattern = searchId === undefined ? ALL_SEARCHES : searchPattern(searchId);
      const all = { stream, pattern, after: 0, batch: BATCH };
      for await (const message of readMessages(link, all)) {
        const read = readMessage(message);
        if (isUnreadable(read)) yield read;
      }
    },
  };
};
