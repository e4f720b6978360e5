import { meshSettings } from "@bnas/mesh";
import { natsSettings } from "@bnas/nats";
import { listenSetting, millisecondsIn } from "@bnas/process";
import { clientTokenSettings, serverTokenSettings } from "@bnas/rpc";
import { fileSetting, secureSettings } from "@bnas/tls";
import { z } from "zod";

/** Settings of the pruner: environment BNAS_<NAME> or the flags of `bnas serve pruner` (docs/settings.md). */
export const prunerConfig = z.strictObject({
  listen: listenSetting("127.0.0.1:0"),
  ...meshSettings,
  store: meshSettings.store
    .optional()
    .describe(
      "Where the blobs are. Needed by `retention`; without it DeleteSearch leaves the blobs of a search to `bnas gc`.",
    )
    .meta({ allowed: "dir:PATH, nats://HOST:PORT or s3://BUCKET/PREFIX" }),
  retention: z
    .string()
    .refine((text) => millisecondsIn(text) !== undefined)
    .optional()
    .describe(
      "How long the facts of an ended search stay in the log; after that they are a blob in the store. Left out: always in the log.",
    )
    .meta({ allowed: "a number and s, m, h or d, such as 7d" }),
  openJobs: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe(
      "Training jobs that are asked for and not done, at most, over all searches that share the trainers; left out: 64 (operations.md).",
    )
    .meta({ allowed: "a whole number from 1 to 100000" }),
  quotas: fileSetting(
    "What each owner of searches may use, a line for each (quotas.md); read again when it is replaced. Left out: no one has a limit.",
    "a file with quotas",
  ),
  ownersNamedBy: z
    .string()
    .optional()
    .describe(
      "Names of tokens that may open searches on the account of others, as the operator does for namespaces; left out: operator.",
    )
    .meta({ allowed: "names with commas between" }),
  ...secureSettings,
  ...natsSettings,
  ...serverTokenSettings,
  ...clientTokenSettings,
});

export type PrunerConfig = z.infer<typeof prunerConfig>;
