import { isSha256 } from "@bnas/disk";
import { invalidInput, isInvalidInput, text, under } from "@bnas/errors";
import type { AnswerReport } from "@bnas/model";
import type { TaskThread } from "@bnas/process";
import {
  type EvaluateModelRequest,
  type EvaluateSampleRequest,
  type EvaluatorServiceImplementation,
  type ModelEvaluation,
  Split,
} from "@bnas/proto";
import { specOfMessage } from "@bnas/rpc";
import { parseNetwork, wilson } from "@bnas/search";
import type { ModelEvaluationTask } from "./evaluate-model.js";
import type { EvaluationTask } from "./evaluate-sample.js";
import type { EvaluatorThread } from "./thread.js";

/** EvaluatorService: evaluates any sampled or derived network with the weights of any checkpoint. */
export const evaluatorRpc = (thread: TaskThread<EvaluatorThread>): EvaluatorServiceImplementation => ({
  async evaluateSample(request, { signal }) {
    try {
      return (await thread.call("evaluate", taskOf(request), { signal })).result;
    } catch (error) {
      throw inRequest(error, request.checkpoint, "spec.reduction");
    }
  },

  async evaluateModel(request, { signal }) {
    try {
      return messageOf((await thread.call("model", modelTaskOf(request), { signal })).result);
    } catch (error) {
      throw inRequest(error, request.checkpoint, "spec.train");
    }
  },
});

const modelTaskOf = (request: EvaluateModelRequest): ModelEvaluationTask => {
  const spec = specOfMessage(request.spec);
  const { genotype, binarize } = spec;
  if (genotype === null) {
    const hint = "Say strategy given, and the genotype that the checkpoint was trained from.";
    throw invalidInput("spec.genotype", genotype, "a genotype", hint);
  }
  return { spec, genotype, binarize, checkpoint: checkpointOf(request), split: splitOf(request, Split.SPLIT_TEST) };
};

const messageOf = ({
  images,
  correct,
  top5,
  loss,
  classes,
  confusion,
  calibrationError,
}: AnswerReport): ModelEvaluation => ({
  correct,
  total: images,
  ...wilson(correct, images),
  top5: top5 ?? undefined,
  loss,
  calibrationError,
  classes: classes.map((one, label) => ({
    name: one.name,
    total: one.images,
    correct: one.correct,
    answers: [...(confusion[label] ?? [])],
  })),
});

const taskOf = (request: EvaluateSampleRequest): EvaluationTask => ({
  spec: specOfMessage(request.spec),
  network: parseNetwork({ normal: request.normal, reduce: request.reduce }, []),
  checkpoint: checkpointOf(request),
  split: splitOf(request, Split.SPLIT_REDUCTION),
});

const checkpointOf = ({ checkpoint }: { readonly checkpoint: string }): string => {
  if (isSha256(checkpoint)) return checkpoint;
  throw invalidInput("checkpoint", checkpoint, "64 lower-case hex digits", "Take it from a fact of the search.");
};

const splitOf = ({ split }: { readonly split: Split }, otherwise: Split): Split => {
  if (split === Split.SPLIT_UNSPECIFIED) return otherwise;
  if (Object.values(Split).some((one) => one === split)) return split;
  const names = Object.values(Split).filter((one) => typeof one === "string");
  throw invalidInput(
    "split",
    split,
    names.join(", "),
    `Leave it out to evaluate on ${otherwise === Split.SPLIT_TEST ? "the test images" : "the reduction split"}.`,
  );
};

/** What is wrong is called as the request calls it: the state is its checkpoint, parts of the spec are under `spec`. */
const inRequest = (error: unknown, checkpoint: string, batch: string): unknown => {
  if (!isInvalidInput(error)) return error;
  const { field, parts } = error;
  const [first = ""] = error.path;
  if (first === "state" || first === "statistics" || /^(checkpoint|tensor) /.test(String(first))) {
    const allowed = text`a checkpoint of this network, with ${parts.allowed} as ${field}`;
    return error.with({ path: ["checkpoint"], value: checkpoint, allowed });
  }
  if (first === "data") return under("spec", error);
  return first === "batch" ? under(batch, error) : error;
};
