import { natsSettings } from "@bnas/nats";
import { secureSettings } from "@bnas/tls";
import { z } from "zod";

/** Settings of the pruner: environment BNAS_<NAME> or the flags of `bnas serve pruner`. */
export const prunerConfig = z.strictObject({
  /** host:port of this service; port 0 takes a free one. */
  listen: z.string().default("127.0.0.1:0"),
  /** Where the facts are: file:PATH or nats://HOST:PORT. */
  log: z.string(),
  /**
   * Where the blobs are: dir:PATH, nats://HOST:PORT or s3://BUCKET/PREFIX. Needed by `retention`; without it DeleteSearch leaves
   * the blobs to `bnas gc`.
   */
  store: z.string().optional(),
  /**
   * How long the facts of an ended search stay in the log, `7d`; after that they are a blob in the store. Default: always in the
   * log.
   */
  retention: z
    .string()
    .regex(/^\d{1,6}[smhd]$/)
    .optional()
    .describe("a number and s, m, h or d, such as 7d"),
  /** Training jobs that are asked for and not done, over all searches that share the trainers: see docs/operations.md. */
  openJobs: z.coerce.number().int().min(1).max(100_000).optional().describe("a whole number from 1 to 100000"),
  /** host:port of the dataset service, which checks the dataset before a search is opened. */
  dataset: z.string(),
  ...secureSettings,
  ...natsSettings,
  /** Path of a file with a line `name token` for each caller; default: every client may call (docs/security.md). */
  tokenFile: z.string().min(1).optional().describe("the path of a file with tokens"),
});

export type PrunerConfig = z.infer<typeof prunerConfig>;
