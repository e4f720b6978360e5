import type { AnswerReport } from "@bnas/model";
import type { TaskContext } from "@bnas/process";
import type { Evaluation } from "@bnas/proto";
import type { CheckpointRef, MadeBy } from "@bnas/search";
import { lossIn } from "@bnas/searches";
import { serveTensors } from "@bnas/worker";
import { evaluateModelTask, type ModelEvaluationTask } from "./evaluate-model.js";
import { type EvaluationTask, evaluateTask } from "./evaluate-sample.js";
import { evaluateUntrained, type UntrainedEvaluation, type UntrainedTask } from "./evaluate-untrained.js";

/** A result, and who made it. */
export type Made<Result> = { readonly result: Result; readonly madeBy: MadeBy };

/** What the tensor thread of an evaluator does. */
export type EvaluatorThread = {
  evaluate(task: EvaluationTask, context: TaskContext<never>): Promise<Made<Evaluation>>;
  untrained(task: UntrainedTask, context: TaskContext<never>): Promise<Made<UntrainedEvaluation>>;
  model(task: ModelEvaluationTask, context: TaskContext<never>): Promise<Made<AnswerReport>>;
  /** Why a checkpoint cannot be loaded; null: it can. */
  lossOf(checkpoint: CheckpointRef): Promise<string | null>;
};

serveTensors<EvaluatorThread>(process.env, (tools) => ({
  evaluate: async (task, { signal }) => ({ result: await evaluateTask(task, tools, signal), madeBy: tools.madeBy }),
  untrained: async (task, { signal }) => ({
    result: await evaluateUntrained(task, tools, signal),
    madeBy: tools.madeBy,
  }),
  lossOf: (checkpoint) => lossIn(tools.store, checkpoint),
  model: async (task, { signal }) => ({ result: await evaluateModelTask(task, tools, signal), madeBy: tools.madeBy }),
}));
