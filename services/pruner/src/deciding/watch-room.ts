import { setTimeout as sleep } from "node:timers/promises";
import { type BnasError, hasCode, systemErrorCode } from "@bnas/errors";
import type { FactLog } from "@bnas/log";
import type { BlobStore } from "@bnas/store";
import type { Logger, Recorder } from "@bnas/telemetry";
import type { Searches } from "./searches.js";

const LOOK_EVERY_MS = 5_000;

export type RoomOf = {
  readonly log: Pick<FactLog, "full">;
  readonly store: Pick<BlobStore, "full"> | undefined;
  readonly searches: Pick<Searches, "aside">;
  readonly logger: Logger;
  readonly recorder: Recorder;
};

/**
 * Look until the signal aborts whether the log and the store have room, and say so of all searches where they have none: it may be
 * the answer of a trainer that does not fit, of which a pruner hears nothing.
 */
export const watchRoom = async (
  { log, store, searches, logger, recorder }: RoomOf,
  signal: AbortSignal,
  everyMs = LOOK_EVERY_MS,
): Promise<void> => {
  let said = false;
  while (!signal.aborted) {
    const full = await isFull(log, store);
    if (full !== undefined) recorder.count("bnas.waits", 1, { "bnas.reason": full.code });
    if (full !== undefined && !said) logger.warn({ err: full, hint: full.hint }, "there is no room: searches wait");
    if (full === undefined && said) logger.info({}, "there is room again");
    said = full !== undefined;
    searches.aside.waitsFor = full === undefined ? undefined : `it waits: ${full.message}. ${full.hint}`;
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
};

const isFull = async (log: RoomOf["log"], store: RoomOf["store"]): Promise<BnasError | undefined> => {
  try {
    return (await log.full?.()) ?? (await store?.full?.());
  } catch (error) {
    // It is not known, and says nothing of room.
    const isUnknown =
      hasCode(error, "UNAVAILABLE", "PERMISSION_DENIED", "LOG_CLOSED") || systemErrorCode(error) !== undefined;
    if (!isUnknown) throw error;
    return undefined;
  }
};
