import { workerSettings } from "@bnas/worker";
import { z } from "zod";

/** Settings of the trainer: environment BNAS_<NAME> or the flags of `bnas serve trainer` (docs/settings.md). */
export const trainerConfig = z.strictObject({
  ...workerSettings,
  search: z
    .string()
    .regex(/^[a-z0-9-]{1,63}$/)
    .optional()
    .describe(
      "Id of the one search whose jobs it takes; left out, it takes those of every search that is not `dedicated`.",
    )
    .meta({ allowed: "1 to 63 lower-case letters, digits and '-'" }),
  idleSeconds: z.coerce
    .number()
    .int()
    .min(0)
    .max(86_400)
    .optional()
    .describe("Seconds without a job after which it ends, with exit code 0; 0 or left out: never.")
    .meta({ allowed: "seconds from 0 to 86400" }),
});

export type TrainerConfig = z.infer<typeof trainerConfig>;
