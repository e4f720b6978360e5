import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { backOff, hasCode } from "@bnas/errors";
import { searchOfPattern } from "@bnas/search";
import { AckPolicy, type ConsumerConfig, type ConsumerInfo, DeliverPolicy } from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import { apiCode, CONSUMER_EXISTS, CONSUMER_NOT_FOUND } from "../link/nats-errors.js";
import type { NatsLink } from "../link/nats-link.js";

/** The durable consumer that all workers of one name pull from. */
export type WorkConsumer = {
  readonly stream: string;
  readonly name: string;
  readonly patterns: readonly string[];
  readonly leaseMs: number;
};

/** More idle workers than this on one consumer are refused; it cannot be changed later. */
const MOST_WAITING = 4_096;
const MOST_TURNS = 20;
/** A consumer of one search is deleted if no worker asked it for so long; a worker that asks again makes it again. */
const IDLE_MS = 24 * 3_600_000;

/** Whether workers are there for one search alone. */
const isOfOneSearch = (patterns: readonly string[]): boolean =>
  patterns.every((pattern) => searchOfPattern(pattern) !== undefined);

const wantedOf = ({ name, patterns, leaseMs }: WorkConsumer) =>
  ({
    durable_name: name,
    deliver_policy: DeliverPolicy.All,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(leaseMs),
    // A job that NATS stopped to hand out would never end: `jetstream-workers.ts` counts, and fails the search.
    max_deliver: -1,
    max_ack_pending: -1,
    ...(isOfOneSearch(patterns) ? { inactive_threshold: nanos(IDLE_MS) } : {}),
    // Everything is the absence of a filter.
    ...(patterns.includes(">") ? {} : { filter_subjects: [...patterns] }),
  }) satisfies Partial<ConsumerConfig>;

/** Make the consumer where there is none, and set it as it must be: it holds nothing that could be lost. */
export const openWorkConsumer = async (link: NatsLink, consumer: WorkConsumer, signal: AbortSignal): Promise<void> => {
  const open = async () => {
    const { stream, name } = consumer;
    const wanted = wantedOf(consumer);
    const there = await infoOf(link, stream, name);
    if (there !== undefined) {
      const { config: found } = there;
      const wrong = [...changed(found, wanted), ...((await isAhead(link, there)) ? [AHEAD] : [])];
      if (wrong.length === 0) return;
      link.logger.warn({ stream, consumer: name, changed: wrong }, "setting the NATS consumer as it must be");
      if (!wrong.includes(AHEAD) && isDeepStrictEqual(filterOf(found), filterOf(wanted))) {
        await link.manager.consumers.update(stream, name, wanted);
        return;
      }
      // A consumer does not go back for messages that a wider filter adds: it starts again, and finds in the log what is done.
      for (let turn = 0; turn < MOST_TURNS; turn++) {
        await link.manager.consumers.delete(stream, name).catch(unlessIts(CONSUMER_NOT_FOUND));
        if ((await add(link, stream, wanted)).delivered.consumer_seq === 0) return;
        // A server that is still about to remove the old one gives the new one its state: seen on 2.15.
        await sleep(100);
      }
      return;
    }
    await add(link, stream, wanted);
  };
  for (let failures = 1; ; failures++) {
    try {
      return await link.patiently(`open consumer ${consumer.name}`, open, { signal });
    } catch (error) {
      if (!hasCode(error, "NO_ROOM")) throw error;
      const { stream, name } = consumer;
      link.logger.warn({ stream, consumer: name, err: error, hint: error.hint }, "waiting for a consumer of NATS");
      await sleep(backOff(failures, waitsMs), undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
    }
  }
};

/** Between two tries to have a consumer where none is left. */
const waitsMs = { first: 1_000, most: 15_000 };

/** Another worker may make it at the same moment, with the same settings. */
const add = async (link: NatsLink, stream: string, wanted: ReturnType<typeof wantedOf>): Promise<ConsumerInfo> => {
  try {
    return await link.manager.consumers.add(stream, { ...wanted, max_waiting: MOST_WAITING });
  } catch (error) {
    if (apiCode(error) !== CONSUMER_EXISTS) throw error;
    return link.manager.consumers.info(stream, wanted.durable_name);
  }
};

/** The stream has lost messages that the consumer has handed out. */
const AHEAD = "the stream ends before what was handed out";

const isAhead = async (link: NatsLink, { stream_name, delivered }: ConsumerInfo): Promise<boolean> => {
  const { state } = await link.manager.streams.info(stream_name);
  return delivered.stream_seq > state.last_seq;
};

const infoOf = async (link: NatsLink, stream: string, name: string): Promise<ConsumerInfo | undefined> => {
  try {
    return await link.manager.consumers.info(stream, name);
  } catch (error) {
    if (apiCode(error) === CONSUMER_NOT_FOUND) return undefined;
    throw error;
  }
};

type Filtered = Pick<ConsumerConfig, "filter_subject" | "filter_subjects">;

const filterOf = ({ filter_subject, filter_subjects }: Filtered): readonly string[] =>
  [...(filter_subjects ?? []), ...(filter_subject === undefined ? [] : [filter_subject])].sort();

const changed = (found: ConsumerConfig, wanted: ReturnType<typeof wantedOf>): readonly string[] => [
  ...(["ack_wait", "max_deliver", "max_ack_pending"] as const).filter((field) => found[field] !== wanted[field]),
  ...((found.inactive_threshold ?? 0) === (wanted.inactive_threshold ?? 0) ? [] : ["inactive_threshold"]),
  ...(isDeepStrictEqual(filterOf(found), filterOf(wanted)) ? [] : ["filter_subjects"]),
];

const unlessIts =
  (code: number) =>
  (error: unknown): void => {
    if (apiCode(error) !== code) throw error;
  };
