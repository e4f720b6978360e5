import { meshSettings } from "@bnas/mesh";
import { natsSettings } from "@bnas/nats";
import { ENGINE_CHOICES } from "@bnas/network";
import { listenSetting } from "@bnas/process";
import { clientTokenSettings, serverTokenSettings } from "@bnas/rpc";
import { secureSettings } from "@bnas/tls";
import { z } from "zod";

/** What runs the tensors. */
const engineSettings = {
  engine: z
    .enum(ENGINE_CHOICES)
    .default("wasm")
    .describe("What runs the tensors; auto takes the fastest that is installed, cpu is the slow reference.")
    .meta({ allowed: `one of ${ENGINE_CHOICES.join(", ")}` }),
  engineDir: z
    .string()
    .min(1)
    .optional()
    .describe("Folder of the engine node or gpu, as `npm run engine:node` made it, if it is not in the usual place.")
    .meta({ allowed: "the path of a folder" }),
  gpuFallback: z
    .enum(["cpu"])
    .optional()
    .describe("Lets the engine gpu run on the processor, as the engine node, where there is no card.")
    .meta({ allowed: "cpu" }),
  operations: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Module with operations of your own, which a space may then name (docs/space.md). It is code that runs here.",
    )
    .meta({ allowed: "the path of a JavaScript file" }),
} as const;

/** Settings of a service that runs tensors. */
export const workerSettings = {
  listen: listenSetting("127.0.0.1:0"),
  ...meshSettings,
  ...engineSettings,
  ...secureSettings,
  ...natsSettings,
  ...serverTokenSettings,
  ...clientTokenSettings,
} as const;

export type WorkerConfig = z.output<z.ZodObject<typeof workerSettings>>;
