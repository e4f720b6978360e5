import { natsSettings } from "@bnas/nats";
import { secureSettings } from "@bnas/tls";
import { z } from "zod";

/** Settings of the evaluator: environment BNAS_<NAME> or the flags of `bnas serve evaluator`. */
export const evaluatorConfig = z.strictObject({
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
  ...secureSettings,
  ...natsSettings,
});

export type EvaluatorConfig = z.infer<typeof evaluatorConfig>;
