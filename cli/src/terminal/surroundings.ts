import type { Environment, Recorder } from "@bnas/telemetry";
import type { Terminal } from "./terminal.js";

/** What a command gets of its process, beside its flags: only main.ts reads `process`. */
export type Surroundings = Terminal & {
  /** Where spans and values go. */
  readonly recorder: Recorder;
  /** Variables that libraries read by their own names, such as AWS_REGION. Those of ours are flags. */
  readonly env: Environment;
};
