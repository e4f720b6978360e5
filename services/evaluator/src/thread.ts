import type { AnswerReport } from "@bnas/model";
import type { TaskContext } from "@bnas/process";
import type { Evaluation } from "@bnas/proto";
import { serveTensors } from "@bnas/worker";
import { evaluateModelTask, type ModelEvaluationTask } from "./evaluate-model.js";
import { type EvaluationTask, evaluateTask } from "./evaluate-sample.js";

/** What the tensor thread of an evaluator does. */
export type EvaluatorThread = {
  evaluate(task: EvaluationTask, context: TaskContext<never>): Promise<Evaluation>;
  model(task: ModelEvaluationTask, context: TaskContext<never>): Promise<AnswerReport>;
};

serveTensors<EvaluatorThread>(process.env, (tools) => ({
  evaluate: (task, { signal }) => evaluateTask(task, tools, signal),
  model: (task, { signal }) => evaluateModelTask(task, tools, signal),
}));
