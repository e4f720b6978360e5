import { isMessageNotFound } from "./nats-errors.js";
import type { NatsLink } from "./nats-link.js";

/** A message of a stream. */
export type StreamMessage = { readonly subject: string; readonly sequence: number; readonly data: Uint8Array };

/** What of a link is needed to read. */
export type ReadingLink = Pick<NatsLink, "connection" | "jetstream" | "manager" | "patiently">;

const BATCH_TIMEOUT_MS = 5_000;

/**
 * The last message whose subject matches, as the leader of the stream has it: a reader after an acknowledged write sees that write.
 * @param pattern a subject, or with NATS wildcards
 */
export const lastMessage = async (
  link: ReadingLink,
  stream: string,
  pattern: string,
  signal?: AbortSignal,
): Promise<StreamMessage | undefined> => {
  const last = async () => {
    try {
      // By ">" nats-server gives nothing when the very last message was purged (seen on 2.15.1); by any other pattern the one before.
      const last_by_subj = pattern === ">" ? "*.>" : pattern;
      const message = await link.manager.streams.getMessage(stream, { last_by_subj });
      return message === null ? undefined : { subject: message.subject, sequence: message.seq, data: message.data };
    } catch (error) {
      if (isMessageNotFound(error)) return undefined;
      throw error;
    }
  };
  return link.patiently(`read ${pattern}`, last, signal === undefined ? {} : { signal });
};

/**
 * The messages whose subject matches, in order, after a sequence and up to the last that the leader has when this begins.
 * Any server of the cluster gives them, and may be behind the leader: it is asked again until the last has come.
 * @param batch how many to ask for at once: what the server keeps in memory for us
 * @param few for a pattern of few subjects of one message each: the server looks these up, where else it goes through the stream
 */
export async function* readMessages(
  link: ReadingLink,
  options: {
    readonly stream: string;
    readonly pattern: string;
    readonly after: number;
    readonly batch: number;
    readonly few?: boolean;
  },
): AsyncGenerator<StreamMessage> {
  const { stream, pattern } = options;
  let { after, few = false } = options;
  let end = (await lastMessage(link, stream, pattern))?.sequence ?? 0;
  while (after < end) {
    const read = () => readBatch(link, few ? { ...options, after, lastOf: pattern } : { ...options, after });
    const messages = await link.patiently(`read ${pattern}`, read);
    if (messages === "too many") {
      few = false;
      continue;
    }
    for (const message of messages) {
      after = message.sequence;
      if (after > end) return;
      yield message;
    }
    // A server that is behind, or messages that were purged since we began.
    if (messages.length === 0) end = Math.min(end, (await lastMessage(link, stream, pattern))?.sequence ?? 0);
  }
}

/**
 * The next messages after a sequence that one server has: none, when it has none (yet). Or the last of each subject, where those
 * are no more than a server gives at once. (NATS ADR-31, batched and multi-subject direct get.)
 */
const readBatch = async (
  link: ReadingLink,
  given: { stream: string; pattern: string; after: number; batch: number; lastOf?: string },
): Promise<readonly StreamMessage[] | "too many"> => {
  const { stream, pattern, after, batch, lastOf } = given;
  const wanted = lastOf === undefined ? { next_by_subj: pattern, batch } : { multi_last: [lastOf] };
  const request = JSON.stringify({ seq: after + 1, ...wanted });
  const answers = await link.connection.requestMany(`${link.jetstream.apiPrefix}.DIRECT.GET.${stream}`, request, {
    strategy: "sentinel",
    maxWait: BATCH_TIMEOUT_MS,
  });
  const messages: StreamMessage[] = [];
  let before = 0;
  for await (const { headers, data } of answers) {
    if (headers?.code === 413) return "too many";
    // 204: the end of the batch. 404: nothing there. Both without a subject.
    if (headers === undefined || headers.code !== 0) break;
    const sequence = Number(headers.get("Nats-Sequence"));
    // A connection that was lost in the middle may have lost messages: those after the hole are read again.
    if (Number(headers.get("Nats-Last-Sequence")) !== before) break;
    before = sequence;
    messages.push({ subject: headers.get("Nats-Subject"), sequence, data });
  }
  return messages;
};
