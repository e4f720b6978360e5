import { sentence } from "@bnas/errors";
import { createLogger, type Logger, type RunningTelemetry, startTelemetry } from "@bnas/telemetry";

/** A service that was started. */
export type RunningService = {
  /** host:port that it listens on. */
  readonly address: string;
  /** Rejects when the service cannot continue; resolves when it has nothing more to do, or was drained. */
  readonly failed?: Promise<void>;
  /** Take no new work, finish or give back running work, close. */
  drain(): Promise<void>;
};

/** The life of a process that is one service: start, say where it listens, drain on SIGTERM or SIGINT, end. */
export const runService = async (
  name: string,
  start: (mesh: { readonly logger: Logger; readonly clock: () => Date }) => Promise<RunningService>,
): Promise<void> => {
  const logger = createLogger({ name, level: process.env.BNAS_LOG_LEVEL ?? "info" });
  let telemetry: RunningTelemetry | undefined;
  try {
    telemetry = await startTelemetry({ service: `bnas-${name}`, env: process.env, logger });
    const service = await start({ logger, clock: () => new Date() });
    logger.info({ address: service.address }, "listening");
    const stopped = new Promise<void>((resolve) => {
      for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
    });
    await Promise.race([stopped, service.failed ?? stopped]);
    logger.info("draining");
    await service.drain();
  } catch (error) {
    logger.fatal({ err: error }, sentence(error));
    process.exitCode = 1;
  }
  await telemetry?.shutdown();
  // A server that failed still listens, and sockets of peers that say nothing linger for a minute.
  process.exit();
};
