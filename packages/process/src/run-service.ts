import { sentence } from "@bnas/errors";
import { createLogger, type RunningTelemetry, startTelemetry } from "@bnas/telemetry";
import type { z } from "zod";
import { readConfig } from "./config.js";
import { type ServiceDefinition, startAlone } from "./define-service.js";
import { prepareEnvironment } from "./prepare-environment.js";

/**
 * The whole of a main: read the settings, start, say where it listens, drain on SIGTERM or SIGINT, end. A signal counts from the first
 * moment on: a service that is stopped while it waits for others ends at once.
 * @param env `process.env`, which only a main reads
 */
export const runService = async <Schema extends z.ZodObject, Shared>(
  service: ServiceDefinition<Schema, Shared>,
  env: NodeJS.ProcessEnv,
): Promise<void> => {
  const { name } = service;
  const level = env.BNAS_LOG_LEVEL ?? "info";
  let logger = createLogger({ name, level });
  let telemetry: RunningTelemetry | undefined;
  prepareEnvironment(env);
  // Before anything waits, and before it says that it listens: the signal may come at once.
  const stopped = new Promise<undefined>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(undefined));
  });
  try {
    telemetry = await startTelemetry({ service: `bnas-${name}`, env, logger });
    const { recorder } = telemetry;
    logger = createLogger({ name, level, recorder });
    const config = readConfig(service.config, { env, prefix: "BNAS_" });
    const tools = { logger, recorder, clock: () => new Date(), env, patient: true };
    const running = await Promise.race([startAlone(service, config, tools), stopped]);
    if (running === undefined) logger.info("stopped before it listened");
    else {
      logger.info({ address: running.address }, "listening");
      await Promise.race([stopped, running.failed ?? stopped]);
      logger.info("draining");
      await running.drain();
    }
  } catch (error) {
    logger.fatal({ err: error }, sentence(error));
    process.exitCode = 1;
  }
  await telemetry?.shutdown();
  // A server that failed still listens, and sockets of peers that say nothing linger for a minute.
  process.exit();
};
