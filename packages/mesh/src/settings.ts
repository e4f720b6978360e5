import { type NatsSettings, natsOfService, natsSecurity } from "@bnas/nats";
import type { Environment, Telemetry } from "@bnas/telemetry";
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

/** What services in one process share: the facts of their mesh. @param options.patient wait for a NATS that is starting */
export const shareFacts = (
  config: { readonly log: string } & NatsSettings,
  { patient, ...opening }: Telemetry & { readonly env: Environment; readonly patient: boolean },
): Promise<Facts> =>
  openFacts(config.log, { ...opening, nats: patient ? natsOfService(config) : natsSecurity(config) });
