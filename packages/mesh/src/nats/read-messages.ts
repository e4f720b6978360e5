import { isMessageNotFound } from "./nats-errors.js";
import type { NatsLink } from "./nats-link.js";

/** A message of a stream. */
export type StreamMessage = { readonly subject: string; readonly sequence: number; readonly data: Uint8Array };

/** What of a link is needed to read. */
export type ReadingLink = Pick<NatsLink, "connection" | "jetstream" | "manager" | "patiently">;

const batchTimeoutMs = 5_000;

/**
 * The last message whose subject matches, as the leader of the stream has it: whoever reads after an acknowledged write sees
 * that write. @param pattern a subject, or with NATS wildcards
 */
export async function lastMessage(
  link: ReadingLink,
  stream: string,
  pattern: string,
  signal?: AbortSignal,
): Promise<StreamMessage | undefined> {
  const last = async () => {
    try {
      const message = await link.manager.streams.getMessage(stream, { last_by_subj: pattern });
      return message === null ? undefined : { subject: message.subject, sequence: message.seq, data: message.data };
    } catch (error) {
      if (isMessageNotFound(error)) return undefined;
      throw error;
    }
  };
  return link.patiently(`read ${pattern}`, last, signal === undefined ? {} : { signal });
}

/**
 * The messages whose subject matches, in order, after a sequence and up to the last that the leader has when this begins.
 * Any server of the cluster gives them, and may be behind the leader: it is asked again until the last has come.
 * @param batch how many to ask for at once: what the server keeps in memory for us
 */
export async function* readMessages(
  link: ReadingLink,
  options: { readonly stream: string; readonly pattern: string; readonly after: number; readonly batch: number },
): AsyncGenerator<StreamMessage> {
  const { stream, pattern } = options;
  let { after } = options;
  let end = (await lastMessage(link, stream, pattern))?.sequence ?? 0;
  while (after < end) {
    const messages = await link.patiently(`read ${pattern}`, () => readBatch(link, { ...options, after }));
    for (const message of messages) {
      after = message.sequence;
      if (after > end) return;
      yield message;
    }
    // A server that is behind, or messages that were purged since we began.
    if (messages.length === 0) end = Math.min(end, (await lastMessage(link, stream, pattern))?.sequence ?? 0);
  }
}

/** The next messages after a sequence that one server has: none, when it has none (yet). (NATS ADR-31, batched direct get.) */
async function readBatch(
  link: ReadingLink,
  { stream, pattern, after, batch }: { stream: string; pattern: string; after: number; batch: number },
): Promise<readonly StreamMessage[]> {
  const request = JSON.stringify({ seq: after + 1, next_by_subj: pattern, batch });
  const answers = await link.connection.requestMany(`${link.jetstream.apiPrefix}.DIRECT.GET.${stream}`, request, {
    strategy: "sentinel",
    maxWait: batchTimeoutMs,
  });
  const messages: StreamMessage[] = [];
  let before = 0;
  for await (const { headers, data } of answers) {
    // 204: the end of the batch. 404: nothing there. Both without a subject.
    if (headers === undefined || headers.code !== 0) break;
    const sequence = Number(headers.get("Nats-Sequence"));
    // A connection that was lost in the middle may have lost messages: those after the hole are read again.
    if (Number(headers.get("Nats-Last-Sequence")) !== before) break;
    before = sequence;
    messages.push({ subject: headers.get("Nats-Subject"), sequence, data });
  }
  return messages;
}
