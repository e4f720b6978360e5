import type { Network } from "@bnas/search";
import { type EvaluationTask, evaluateTask } from "./evaluate-sample.js";

/** Networks to evaluate, all with the weights of one checkpoint. */
export type UntrainedTask = Omit<EvaluationTask, "network"> & { readonly networks: readonly Network[] };

/** Right answers of each network, in their order, of `total`. */
export type UntrainedEvaluation = { readonly correct: readonly number[]; readonly total: number };

/** Accuracies of networks with the weights of the supernet alone, each on all images of the split. */
export const evaluateUntrained = async (
  { networks, ...task }: UntrainedTask,
  mesh: Parameters<typeof evaluateTask>[1],
  signal: AbortSignal,
): Promise<UntrainedEvaluation> => {
  const correct: number[] = [];
  let images = 0;
  for (const network of networks) {
    const evaluation = await evaluateTask({ ...task, network }, mesh, signal);
    correct.push(evaluation.correct);
    images = evaluation.total;
  }
  return { correct, total: images };
};
