import { listenSetting } from "@bnas/process";
import { DEFAULT_MAX_MESSAGE_BYTES, serverTokenSettings } from "@bnas/rpc";
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
    .describe(
      "What open datasets and decoded pictures may take in memory together. One array of bytes cannot be larger than the most.",
    )
    .meta({ allowed: "MiB from 16 to 4096" }),
  datasetCache: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Keeps decoded pictures of folders here, so that none is decoded twice; left out, they are kept in memory alone.",
    )
    .meta({ allowed: "the path of a folder" }),
  datasetCacheMib: z.coerce
    .number()
    .int()
    .min(256)
    .max(16_777_216)
    .default(16_384)
    .describe("What the decoded pictures on the disk may take together; the oldest go first.")
    .meta({ allowed: "MiB from 256 to 16777216" }),
  dataRoot: z
    .string()
    .min(1)
    .default(".")
    .describe(
      "The folders below which data may lie; nothing outside of them is opened, looked at or named. / allows all that the user of the service may read.",
    )
    .meta({ allowed: "paths of folders, with : between, or none" }),
  ...secureSettings,
  ...serverTokenSettings,
});
