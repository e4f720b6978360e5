import { setTimeout as sleep } from "node:timers/promises";
import { fault } from "@bnas/errors";
import type { StreamInfo } from "@nats-io/jetstream";
import { denialIn } from "./denials.js";
import { apiCode, isNotEnabled, STREAM_NOT_FOUND } from "./nats-errors.js";
import type { NatsLink } from "./nats-link.js";

const LOOK_EVERY_MS = 250;

/**
 * A stream by its name. If it does not exist, it is created; if this user of NATS may not create it, we wait until another service
 * does. Rejects with FAILED_PRECONDITION if no service does.
 */
export const madeStream = async (
  link: NatsLink,
  stream: string,
  make: () => Promise<StreamInfo>,
): Promise<StreamInfo> => {
  const found = await streamInfo(link, stream);
  if (found !== undefined) return found;
  try {
    return await make();
  } catch (error) {
    if (denialIn(error) === undefined) throw error;
  }
  link.logger.info({ stream }, "waiting for the NATS stream: this user may not make it");
  for (const end = performance.now() + link.openPatienceMs; performance.now() < end; ) {
    await sleep(LOOK_EVERY_MS);
    const made = await streamInfo(link, stream);
    if (made !== undefined) return made;
  }
  throw fault(
    "FAILED_PRECONDITION",
    `there is no stream ${stream} on NATS at ${link.address}, and this user may not make it`,
    "Start a pruner, which makes it, and then this again; or give natsCredentials of a user that may make streams.",
  );
};

/** Undefined: there is no such stream. */
const streamInfo = async (link: NatsLink, stream: string): Promise<StreamInfo | undefined> => {
  try {
    return await link.manager.streams.info(stream);
  } catch (error) {
    if (apiCode(error) === STREAM_NOT_FOUND) return undefined;
    throw notEnabled(link, error);
  }
};

/** What a NATS without JetStream answers. In a cluster it may have no leader for a while, or another server may have it. */
const notEnabled = (link: NatsLink, error: unknown): unknown =>
  isNotEnabled(error) && link.connection.info?.jetstream !== true && link.connection.info?.cluster === undefined
    ? fault(
        "FAILED_PRECONDITION",
        `NATS at ${link.address} has no JetStream`,
        "Start it with `-js`, or with a `jetstream` block in its configuration and for this account.",
        { cause: error },
      )
    : error;
