import { randomUUID } from "node:crypto";
import type { Logger } from "./logging.js";
import type { Exporters, Identity } from "./open-exporters.js";
import { setRecorder, silentRecorder } from "./recorder.js";
import { telemetrySettings } from "./telemetry-settings.js";

/** Telemetry of this thread. */
export type RunningTelemetry = {
  /** Send what was recorded and record no more. Gives up after a few seconds: a process does not wait for a collector. */
  shutdown(): Promise<void>;
};

/** How long a process that ends waits for its collector. */
const PATIENCE_MS = 3_000;

let running: (Exporters & { readonly logLevel: string }) | undefined;

/**
 * Record and send, if the environment names a collector (telemetry-settings.ts); else do nothing and load nothing. Call it before
 * anything else is started: servers, clients, logs and stores look once, when they are opened, whether to record.
 * @throws InvalidInput for a setting that cannot be used
 */
export const startTelemetry = async (options: {
  /** service.name, unless OTEL_SERVICE_NAME says another. */
  readonly service: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
}): Promise<RunningTelemetry> => {
  return startAs({ service: options.service, instance: randomUUID() }, options);
};

/** Which recorder this thread has, and its log level. Undefined: none. */
export const whoRecords = (): { readonly identity: Identity; readonly logLevel: string } | undefined => running;

/** As startTelemetry, for a thread that records as a part of the process that started it. */
export const startAs = async (
  identity: Identity,
  { env, logger }: { readonly env: Readonly<Record<string, string | undefined>>; readonly logger: Logger },
): Promise<RunningTelemetry> => {
  const settings = telemetrySettings(env);
  if (settings === null) return { shutdown: async () => {} };
  const { openExporters } = await import("./open-exporters.js");
  const exporters = { ...(await openExporters(settings, identity, logger)), logLevel: logger.level };
  running = exporters;
  setRecorder(exporters.recorder);
  return {
    async shutdown() {
      if (running === exporters) {
        running = undefined;
        setRecorder(silentRecorder);
      }
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
