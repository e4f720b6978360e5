import { type ServiceTools, startThread } from "@bnas/process";
import type { RequestTo, Spec } from "@bnas/search";
import type { WorkerConfig } from "@bnas/worker";
import { type TrainerAnswer, trainedAnswer } from "./facts.js";
import type { TrainerThread } from "./thread.js";

/** Trains what a request asks for, outside of any log: to repair and to audit. */
export type TrainerAlone = {
  answer(spec: Spec, request: RequestTo<"trainer">, signal: AbortSignal): Promise<TrainerAnswer>;
  close(): Promise<void>;
};

/** A trainer that takes no jobs: the same thread as that of the service. */
export const trainerAlone = (config: WorkerConfig, tools: ServiceTools): TrainerAlone => {
  const thread = startThread<TrainerThread>(new URL("./thread.js", import.meta.url), config, tools);
  return {
    answer: (spec, request, signal) => trainedAnswer(thread, spec, request, { signal, onStep: () => {} }),
    close: () => thread.close(),
  };
};
