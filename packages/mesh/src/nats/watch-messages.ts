import { setTimeout as sleep } from "node:timers/promises";
import { type Consumer, DeliverPolicy } from "@nats-io/jetstream";
import { Status } from "nice-grpc-common";
import { MeshError } from "../errors.js";
import { isConnectionClosed, isPassing } from "./nats-errors.js";
import type { NatsLink } from "./nats-link.js";
import type { StreamMessage } from "./read-messages.js";

/** A consumer that says nothing for twice half of this is made anew: a server has died. */
const pullMs = 4_000;
const ahead = 256;

type Watching = {
  readonly stream: string;
  readonly patterns: readonly string[];
  readonly after: number;
  readonly signal: AbortSignal;
};

/**
 * The messages whose subject matches one of some patterns, in order, after a sequence, and each that comes, until the signal
 * aborts. Goes on after lost connections and restarted servers where it was: nothing is missed and nothing comes twice.
 */
export async function* watchMessages(link: NatsLink, options: Watching): AsyncGenerator<StreamMessage> {
  const { signal } = options;
  let { after } = options;
  while (!signal.aborted) {
    const consumer = await consumerAfter(link, { ...options, after });
    if (consumer === undefined) return;
    const messages = await consumer.consume({ max_messages: ahead, expires: pullMs });
    // The consumer would go by itself, minutes later. When the signal aborts it is taken away then, for whoever watches may
    // never ask for a next message.
    let stopped: Promise<unknown> | undefined;
    const stop = () => {
      void messages.close();
      stopped ??= link.connection.isClosed() ? Promise.resolve() : consumer.delete().catch(() => {});
    };
    signal.addEventListener("abort", stop);
    try {
      if (signal.aborted) return;
      for await (const { subject, seq, data } of messages) {
        if (signal.aborted) return;
        // A consumer that was made on a server behind the others begins before what we asked for.
        if (seq <= after) continue;
        after = seq;
        yield { subject, sequence: seq, data };
      }
    } catch (error) {
      if (!isPassing(error) && !isConnectionClosed(error)) throw error;
    } finally {
      signal.removeEventListener("abort", stop);
      stop();
      await stopped;
    }
    if (!signal.aborted) await untilOpen(link);
  }
}

/** Undefined when the signal aborts before there is one. */
async function consumerAfter(
  link: NatsLink,
  { stream, patterns, after, signal }: Watching,
): Promise<Consumer | undefined> {
  try {
    const make = () =>
      link.jetstream.consumers.get(stream, {
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: after + 1,
        // Everything is the absence of a filter.
        ...(patterns.includes(">") ? {} : { filter_subjects: [...patterns] }),
      });
    return await link.patiently(`watch ${patterns.join(" ")}`, make, { signal });
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** A consumer that ended by itself: of a connection that is closed for good, or it was lost and is made anew. */
async function untilOpen(link: NatsLink): Promise<void> {
  if (!link.connection.isClosed()) return void (await sleep(100));
  const reason = await link.connection.closed();
  throw new MeshError(
    Status.UNAVAILABLE,
    `the connection to ${link.address} was closed${reason instanceof Error ? `: ${reason.message}` : ""}`,
    "Start this process again; if NATS refuses it, look at its credentials.",
  );
}
