import { listenSetting } from "@bnas/process";
import { DEFAULT_MAX_MESSAGE_BYTES } from "@bnas/rpc";
import { secureSettings } from "@bnas/tls";
import { z } from "zod";

/** Settings of the dataset service: environment BNAS_<NAME> or the flags of `bnas serve dataset` (docs/settings.md). */
export const datasetConfig = z.object({
  listen: listenSetting("127.0.0.1:50051"),
  maxMessageBytes: z.coerce
    .number()
    .int()
    .min(65_536)
    .max(2_147_483_647)
    .default(DEFAULT_MAX_MESSAGE_BYTES)
    .describe("The largest batch, in bytes: at most what clients take.")
    .meta({ allowed: "bytes from 65536 to 2147483647" }),
  datasetMemoryMib: z.coerce
    .number()
    .int()
    .min(16)
    .max(4096)
    .default(4096)
    .describe("What open datasets may take in memory together. One array of bytes cannot be larger than the most.")
    .meta({ allowed: "MiB from 16 to 4096" }),
  ...secureSettings,
});
