import { EXIT, type ExitCode } from "@bnas/errors";
import { openLog, openStore } from "@bnas/mesh";
import { type NatsSettings, natsSecurity } from "@bnas/nats";
import { type Amount, type Collected, collectGarbage } from "@bnas/searches";
import { createLogger } from "@bnas/telemetry";
import { existingPlace } from "../../outputs/existing-place.js";
import type { Surroundings } from "../../terminal/surroundings.js";

export type GcFlags = {
  /** All logs whose searches write to the store. */
  readonly log: readonly string[];
  readonly store: string;
  readonly graceMs: number;
  readonly keepAll: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
} & NatsSettings;

/** `bnas gc`: remove the blobs that no search reaches any more. */
export const gcCommand = async (flags: GcFlags, clock: () => number, here: Surroundings): Promise<ExitCode> => {
  const { recorder, env } = here;
  const logger = createLogger({ name: "bnas", level: flags.verbose ? "debug" : "warn", recorder });
  const opening = { logger, recorder, env, nats: natsSecurity(flags) };
  const places = await Promise.all(flags.log.map((uri) => existingPlace("--log", uri)));
  const store = await openStore(await existingPlace("--store", flags.store), opening);
  const logs = await Promise.all(places.map((uri) => openLog(uri, opening)));
  try {
    const signal = here.interrupted;
    here.takeInterrupts();
    const collected = await collectGarbage({ ...flags, logs, store, signal, now: clock() });
    tell(collected, flags, here);
    return signal.aborted ? EXIT.interrupted : EXIT.done;
  } finally {
    for (const log of logs) await log.close();
  }
};

const tell = (collected: Collected, { dryRun, json }: GcFlags, here: Surroundings): void => {
  if (json) {
    here.out(JSON.stringify({ type: "gc", dryRun, ...collected }));
    return;
  }
  const { searches, reached, young, garbage, swept, withoutCheckpoint } = collected;
  here.out(`${dryRun ? "would remove" : "removed"} ${blobs(garbage)}`);
  here.out(
    `kept ${blobs(reached)}, for ${searches.live} live and ${searches.ended} ended searches, and ${blobs(young)} put within the grace time`,
  );
  if (swept > 0) here.out(`removed the rests of ${swept} writes that were cut off`);
  for (const id of withoutCheckpoint) here.note(`the last checkpoint of ${id}, which has ended, is not in the store`);
};

const blobs = ({ count, bytes }: Amount): string =>
  `${count} ${count === 1 ? "blob" : "blobs"} (${(bytes / 1e6).toFixed(1)} MB)`;
