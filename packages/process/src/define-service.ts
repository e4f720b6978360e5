import { type Environment, silentTelemetry, type Telemetry } from "@bnas/telemetry";
import type { z } from "zod";

/** A service that was started. */
export type RunningService = {
  /** host:port that it listens on. */
  readonly address: string;
  /** Rejects when the service cannot continue; resolves when it has nothing more to do, or was drained. */
  readonly failed?: Promise<void>;
  /** Take no new work, finish or give back running work, close. */
  drain(): Promise<void>;
};

/** What the process gives to every service in it. */
export type ServiceTools = Telemetry & {
  readonly clock: () => Date;
  /** Variables that libraries read by their own names, such as AWS_REGION. Settings of ours are in the config. */
  readonly env: Environment;
  /** Wait for what may be starting at the same time, such as NATS. A person at a terminal wants to know at once. */
  readonly patient: boolean;
  /** Gets what a job waits for, at each try: a full disk, a service out of reach. Default: only the log has it. */
  readonly waits?: (error: unknown) => void;
};

/** Tools of a service that tells nothing, in a program that runs it inside of itself. */
export const silentTools = (clock = () => new Date()): ServiceTools => ({
  ...silentTelemetry,
  clock,
  env: {},
  patient: false,
});

/**
 * A service, said once: its main, `bnas serve NAME`, the mesh inside of `bnas search` and docs/settings.md are all made of it.
 * `Shared` is what services in one process may share, such as an open log.
 */
export type ServiceDefinition<Schema extends z.ZodObject, Shared> = {
  /** As in `bnas serve NAME`, in log lines, and as `bnas-NAME` in telemetry. */
  readonly name: string;
  /** What it does, in one sentence. */
  readonly does: string;
  /** Its settings (settings.ts says how one is described). */
  readonly config: Schema;
  /** Open what services in one process may share. */
  readonly share: (config: z.output<Schema>, tools: ServiceTools) => Promise<Shared>;
  /** Start it. What it shares with no other service it opens itself, and closes when it is drained. */
  readonly start: (config: z.output<Schema>, tools: ServiceTools & Shared) => Promise<RunningService>;
};

/** A service that shares something with others in its process, or nothing. */
export function defineService<Schema extends z.ZodObject, Shared>(
  service: ServiceDefinition<Schema, Shared>,
): ServiceDefinition<Schema, Shared>;
export function defineService<Schema extends z.ZodObject>(
  service: Omit<ServiceDefinition<Schema, object>, "share">,
): ServiceDefinition<Schema, object>;
export function defineService<Schema extends z.ZodObject>(
  service: Omit<ServiceDefinition<Schema, object>, "share">,
): ServiceDefinition<Schema, object> {
  return { share: async () => ({}), ...service };
}

/** Start a service that is alone in its process: what it could share with others is opened for it alone. */
export const startAlone = async <Schema extends z.ZodObject, Shared>(
  service: ServiceDefinition<Schema, Shared>,
  config: z.output<Schema>,
  tools: ServiceTools,
): Promise<RunningService> => service.start(config, { ...tools, ...(await service.share(config, tools)) });
