import { LOG_LEVELS } from "@bnas/telemetry";
import { z } from "zod";

// A setting says what it is by `.describe`, for docs/settings.md, and what it takes by `allowed`, for errors and the same table:
//   z.string().default("127.0.0.1:0").describe("Where it answers.").meta({ allowed: "host:port" })
// Both come last: zod forgets them at `.optional()` and `.default()`.

/** Setting of every service: where it answers. */
export const listenSetting = (address: string) =>
  z
    .string()
    .default(address)
    .describe("Where the service answers gRPC; port 0 takes a free one.")
    .meta({ allowed: "host:port" });

/** Settings that every process may be given; each reads those that it needs. */
export const processSettings = {
  logLevel: z.enum(LOG_LEVELS).default("info").describe("The least severe lines that are logged, on stderr."),
} as const;

/** What a schema says of a setting; undefined: nothing. */
export const saidOf = (field: unknown): { readonly description?: string; readonly allowed?: string } => {
  if (!(field instanceof z.ZodType)) return {};
  const { description, allowed } = field.meta() ?? {};
  return {
    ...(typeof description === "string" ? { description } : {}),
    ...(typeof allowed === "string" ? { allowed } : {}),
  };
};
