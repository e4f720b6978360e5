import { randomUUID } from "node:crypto";
import type { Environment } from "./environment.js";
import { type Logger, silentLogger } from "./logging.js";
import { type Identity, type Recorder, silentRecorder } from "./recorder.js";
import { telemetrySettings } from "./telemetry-settings.js";

/** What a process tells of itself: lines for people, spans and values for a collector. Passed to all that has something to tell. */
export type Telemetry = { readonly logger: Logger; readonly recorder: Recorder };

/** Tells nothing. */
export const silentTelemetry: Telemetry = { logger: silentLogger, recorder: silentRecorder };

/** What records in this thread. */
export type RunningTelemetry = {
  /** Silent where nothing is recorded, and after `shutdown`. */
  readonly recorder: Recorder;
  /** Send what was recorded and record no more. Gives up after a few seconds: a process does not wait for a collector. */
  shutdown(): Promise<void>;
};

/** How long a process that ends waits for its collector. */
const PATIENCE_MS = 3_000;

/**
 * Record and send, if the environment names a collector (telemetry-settings.ts); else do nothing and load nothing.
 * @param options.logger gets a line when nothing can be delivered
 * @throws InvalidInput for a setting that cannot be used
 */
export const startTelemetry = async (options: {
  /** service.name, unless OTEL_SERVICE_NAME says another. */
  readonly service: string;
  readonly env: Environment;
  readonly logger: Logger;
}): Promise<RunningTelemetry> => {
  return startAs({ service: options.service, instance: randomUUID() }, options);
};

/** As startTelemetry, for a thread that records as a part of the process that started it. */
export const startAs = async (
  identity: Identity,
  { env, logger }: { readonly env: Environment; readonly logger: Logger },
): Promise<RunningTelemetry> => {
  const settings = telemetrySettings(env);
  if (settings === null) return { recorder: silentRecorder, shutdown: async () => {} };
  const { openExporters } = await import("./open-exporters.js");
  const exporters = await openExporters(settings, identity, logger);
  let recorder = exporters.recorder;
  return {
    get recorder() {
      return recorder;
    },
    async shutdown() {
      recorder = silentRecorder;
      await withPatience(exporters.close());
    },
  };
};

/** What could not be delivered by then is lost; the log has said why. */
const withPatience = async (closing: Promise<void>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS);
  });
  await Promise.race([closing, enough]);
  clearTimeout(timer);
};
