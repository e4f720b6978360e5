import { secureSettings } from "@bnas/mesh";
import { z } from "zod";

/** Settings of the pruner: environment BNAS_<NAME> or the flags of `bnas serve pruner`. */
export const prunerConfig = z.strictObject({
  /** host:port of this service; port 0 takes a free one. */
  listen: z.string().default("127.0.0.1:0"),
  /** Where the facts are: file:PATH. */
  log: z.string(),
  /** host:port of the dataset service, which checks the dataset before a search is opened. */
  dataset: z.string(),
  ...secureSettings,
  /** Path of a file with a line `name token` for each who may call; left out, everybody may (docs/security.md). */
  tokenFile: z.string().min(1).optional().describe("the path of a file with tokens"),
});

export type PrunerConfig = z.infer<typeof prunerConfig>;
