import { invalidInput } from "@bnas/errors";
import type { Logger } from "@bnas/telemetry";
import type { StreamConfig } from "@nats-io/jetstream";
import { differences, repairing, type Setting } from "./stream-settings.js";

/**
 * Check a stream against the settings that it must have. A harmless change by hand is logged; a harmful one throws InvalidInput
 * with the command that repairs it.
 */
export const checkStream = (config: StreamConfig, settings: readonly Setting[], logger: Logger): void => {
  const { name } = config;
  const wrong = differences(config, settings);
  for (const difference of wrong.filter(({ breaks }) => !breaks)) {
    const { field, found, wanted, flag } = difference;
    const hint = flag === null ? undefined : repairing(name, [difference]);
    logger.warn({ stream: name, field, found, wanted, hint }, "a setting of the NATS stream was changed by hand");
  }
  const broken = wrong.filter(({ breaks }) => breaks);
  const [first] = broken;
  if (first === undefined) return;
  const allowed = `${JSON.stringify(first.wanted)}, as bnas made it`;
  throw invalidInput(`NATS stream ${name} ${first.field}`, first.found, allowed, repairing(name, broken));
};
