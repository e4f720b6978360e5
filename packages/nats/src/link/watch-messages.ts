import { setTimeout as sleep } from "node:timers/promises";
import { fault } from "@bnas/errors";
import { matches } from "@bnas/search";
import { type Consumer, type ConsumerMessages, DeliverPolicy } from "@nats-io/jetstream";
import { nuid } from "@nats-io/transport-node";
import { covering } from "./covering.js";
import { isConnectionClosed, isOutOfConsumers, isTemporaryNatsFault } from "./nats-errors.js";
import { deniedAs } from "./nats-failure.js";
import type { NatsLink } from "./nats-link.js";
import { readMessages, type StreamMessage } from "./read-messages.js";
import { whenSilent } from "./when-silent.js";

/**
 * A server that has nothing to send reports so every half of this; without a report the server is gone, and the consumer is made
 * again.
 */
const PULL_MS = 4_000;
const silenceMs = 1.5 * PULL_MS;
const AHEAD = 256;

type Watching = {
  readonly stream: string;
  readonly patterns: readonly string[];
  readonly after: number;
  readonly signal: AbortSignal;
};

/**
 * The messages whose subject matches one of some patterns, in order, after a sequence, and each that comes, until the signal
 * aborts. Continues after lost connections and restarted servers: nothing is missed and nothing comes twice.
 */
export async function* watchMessages(link: NatsLink, options: Watching): AsyncGenerator<StreamMessage> {
  const { signal, patterns } = options;
  const consumers = `${link.jetstream.apiPrefix}.CONSUMER`;
  let { after } = options;
  while (!signal.aborted) {
    const name = nuid.next();
    const life = link.lives;
    const consumer = await consumerAfter(link, { ...options, after, name });
    if (consumer === undefined) return;
    if (consumer === "none left") {
      for await (const message of askedFor(link, { ...options, after })) {
        after = message.sequence;
        yield message;
      }
      continue;
    }
    let denied: Error | undefined;
    let messages: ConsumerMessages | undefined;
    let heart: { heard(): void; stop(): void } | undefined;
    // The server would delete the consumer minutes later. When the signal aborts we delete it at once, since the reader may never
    // ask for a next message.
    let stopped: Promise<unknown> | undefined;
    const stop = () => {
      void messages?.close();
      stopped ??= link.connection.isClosed() ? Promise.resolve() : consumer.delete().catch(() => {});
    };
    // It asks for messages, and when a connection came back whether the consumer is still there.
    const asking = ["MSG.NEXT", "INFO"].map((verb) => `${consumers}.${verb}.${options.stream}.${name}`);
    const unlisten = link.denials.listen(asking, (denial) => {
      denied = denial;
      stop();
    });
    signal.addEventListener("abort", stop);
    try {
      if (signal.aborted) return;
      messages = await consumer.consume({ max_messages: AHEAD, expires: PULL_MS });
      heart = whenSilent(messages, silenceMs, stop);
      for await (const { subject, seq, data } of messages) {
        if (signal.aborted) return;
        if (link.lives !== life) break;
        heart.heard();
        // A consumer that was made on a server behind the others begins before what we asked for.
        if (seq <= after) continue;
        after = seq;
        if (!patterns.some((pattern) => matches(pattern, subject))) continue;
        yield { subject, sequence: seq, data };
      }
    } catch (error) {
      if (!isTemporaryNatsFault(error) && !isConnectionClosed(error)) throw error;
    } finally {
      unlisten();
      heart?.stop();
      signal.removeEventListener("abort", stop);
      stop();
      // A process that ends closes the connection next. One that continues does not wait for a server that is gone.
      if (signal.aborted) await stopped;
    }
    if (denied !== undefined) throw deniedAs(`watch ${patterns.join(" ")}`, denied);
    if (!signal.aborted) await untilOpen(link);
  }
}

/** How often a reader without a consumer asks for what has come, and how often before it tries to have one again. */
const ASK_MS = 250;
const ASKS = 120;

/** What comes in a while, asked for instead of sent. */
async function* askedFor(
  link: NatsLink,
  { stream, patterns, signal, ...options }: Watching,
): AsyncGenerator<StreamMessage> {
  const hint = "`nats consumer ls` shows who has them; docs/limits.md says how many there may be";
  link.logger.warn(
    { stream, limit: "nats.consumers", hint },
    "no consumer is left: new facts are asked for, four times a second",
  );
  let { after } = options;
  for (let asks = 0; asks < ASKS && !signal.aborted; asks++) {
    for await (const message of readMessages(link, { stream, pattern: covering(patterns), after, batch: AHEAD })) {
      if (signal.aborted) return;
      after = message.sequence;
      if (patterns.some((pattern) => matches(pattern, message.subject))) yield message;
    }
    await sleep(ASK_MS, undefined, { signal }).catch(() => {});
  }
}

/**
 * Undefined when the signal aborts before there is one. One filter and a name of our own: both are then in the subject of the
 * request, so that permissions can name them (a user that may create any consumer may change those of others).
 */
const consumerAfter = async (
  link: NatsLink,
  { stream, patterns, after, signal, name }: Watching & { readonly name: string },
): Promise<Consumer | "none left" | undefined> => {
  try {
    const filter = covering(patterns);
    const make = (): Promise<Consumer | "none left"> =>
      link.jetstream.consumers
        .get(stream, {
          name_prefix: name,
          deliver_policy: DeliverPolicy.StartSequence,
          opt_start_seq: after + 1,
          // Everything is the absence of a filter.
          ...(filter === ">" ? {} : { filter_subjects: filter }),
        })
        .catch((error: unknown) => {
          if (isOutOfConsumers(error)) return "none left";
          throw error;
        });
    return await link.patiently(`watch ${patterns.join(" ")}`, make, { signal });
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
};

/** A consumer that ended by itself: its connection is closed, or it was lost and is made again. */
const untilOpen = async (link: NatsLink): Promise<void> => {
  if (!link.connection.isClosed()) return void (await sleep(100));
  await link.compared();
  const reason = await link.connection.closed();
  throw fault(
    "UNAVAILABLE",
    `the connection to ${link.address} was closed${reason instanceof Error ? `: ${reason.message}` : ""}`,
    "Start this process again; if NATS refuses it, look at its credentials.",
  );
};
