import { workerSettings } from "@bnas/worker";
import { z } from "zod";

/** Settings of the evaluator: environment BNAS_<NAME> or the flags of `bnas serve evaluator` (docs/settings.md). */
export const evaluatorConfig = z.strictObject(workerSettings);
