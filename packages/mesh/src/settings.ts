import { natsOfService, type NatsSettings } from "@bnas/nats";
import type { Telemetry, Environment } from "@bnas/telemetry";
import { z } from "zod";
import { type Facts, openFacts } from "./open.js";

/** Settings of every service that works on facts: where the parts of its mesh are. */
export const meshSettings = {
  log: z.string().describe("Where the facts are.").meta({ allowed: "file:PATH or nats://HOST:PORT" }),
  store: z
    .string()
    .describe("Where the blobs are.")
    .meta({ allowed: "dir:PATH, nats://HOST:PORT or s3://BUCKET/PREFIX" }),
  dataset: z.string().describe("Where the dataset service answers.").meta({ allowed: "host:port" }),
} as const;

/** What services in one process share: the facts of their mesh. */
export const shareFacts = (
  config: { readonly log: string } & NatsSettings,
  { logger, recorder, env }: Telemetry & { readonly env: Environment },
): Promise<Facts> => openFacts(config.log, { logger, recorder, env, nats: natsOfService(config) });
