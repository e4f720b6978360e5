import { defaultMaxMessageBytes } from "@bnas/rpc";
import { secureSettings } from "@bnas/tls";
import { z } from "zod";

/** The settings of the dataset service; `maxMessageBytes` is BNAS_MAX_MESSAGE_BYTES in the environment. */
export const datasetConfigSchema = z.object({
  listen: z.string().default("127.0.0.1:50051").describe("host:port"),
  /** The largest batch, in bytes: at most what clients take. */
  maxMessageBytes: z.coerce
    .number()
    .int()
    .min(65_536)
    .max(2_147_483_647)
    .default(defaultMaxMessageBytes)
    .describe("bytes from 65536 to 2147483647"),
  /** What open datasets may take in memory together, in MiB. One array of bytes cannot be larger. */
  datasetMemoryMib: z.coerce.number().int().min(16).max(4096).default(4096).describe("MiB from 16 to 4096"),
  ...secureSettings,
});

export type DatasetConfig = z.output<typeof datasetConfigSchema>;
