import { natsSettings } from "@bnas/nats";
import { secureSettings } from "@bnas/tls";
import { z } from "zod";

/** Settings of the trainer: environment BNAS_<NAME> or the flags of `bnas serve trainer`. */
export const trainerConfig = z.strictObject({
  /** host:port of this service; port 0 takes a free one. */
  listen: z.string().default("127.0.0.1:0"),
  /** Where the facts are: file:PATH or nats://HOST:PORT. */
  log: z.string(),
  /** Where the blobs are: dir:PATH, nats://HOST:PORT or s3://BUCKET/PREFIX. */
  store: z.string(),
  /** host:port of the dataset service. */
  dataset: z.string(),
  /** wasm, node, gpu, cpu or auto (the fastest that is installed). */
  engine: z.enum(["wasm", "node", "gpu", "cpu", "auto"]).default("wasm"),
  /** Id of the one search whose jobs it takes; left out, it takes those of every search that is not `dedicated`. */
  search: z
    .string()
    .regex(/^[a-z0-9-]{1,63}$/)
    .optional()
    .describe("1 to 63 lower-case letters, digits and '-'"),
  /** Seconds without a job after which it ends, with exit code 0; 0 or left out: never. */
  idleSeconds: z.coerce.number().int().min(0).max(86_400).optional().describe("seconds from 0 to 86400"),
  ...secureSettings,
  ...natsSettings,
});

export type TrainerConfig = z.infer<typeof trainerConfig>;
