import type { TaskContext } from "@bnas/process";
import type { Evaluation } from "@bnas/proto";
import { serveTensors } from "@bnas/worker";
import { type EvaluationTask, evaluateTask } from "./evaluate-sample.js";

/** What the tensor thread of an evaluator does. */
export type EvaluatorThread = {
  evaluate(task: EvaluationTask, context: TaskContext<never>): Promise<Evaluation>;
};

serveTensors<EvaluatorThread>(process.env, (tools) => ({
  evaluate: (task, { signal }) => evaluateTask(task, tools, signal),
}));
