import { isSha256 } from "@bnas/disk";
import { invalidInput, isInvalidInput, text, under } from "@bnas/errors";
import type { TaskThread } from "@bnas/process";
import { type EvaluateSampleRequest, type EvaluatorServiceImplementation, Split } from "@bnas/proto";
import { specOfMessage } from "@bnas/rpc";
import { parseNetwork } from "@bnas/search";
import type { EvaluationTask } from "./evaluate-sample.js";
import type { EvaluatorThread } from "./thread.js";

/** EvaluatorService: evaluates any sampled network with the weights of any checkpoint. */
export const evaluatorRpc = (thread: TaskThread<EvaluatorThread>): EvaluatorServiceImplementation => ({
  async evaluateSample(request, { signal }) {
    try {
      return await thread.call("evaluate", taskOf(request), { signal });
    } catch (error) {
      throw inRequest(error, request.checkpoint);
    }
  },
});

const taskOf = (request: EvaluateSampleRequest): EvaluationTask => ({
  spec: specOfMessage(request.spec),
  network: parseNetwork({ normal: request.normal, reduce: request.reduce }, []),
  checkpoint: checkpointOf(request),
  split: splitOf(request),
});

const checkpointOf = ({ checkpoint }: EvaluateSampleRequest): string => {
  if (isSha256(checkpoint)) return checkpoint;
  throw invalidInput("checkpoint", checkpoint, "64 lower-case hex digits", "Take it from a fact of the search.");
};

const splitOf = ({ split }: EvaluateSampleRequest): Split => {
  if (split === Split.SPLIT_UNSPECIFIED) return Split.SPLIT_REDUCTION;
  if (Object.values(Split).some((one) => one === split)) return split;
  const names = Object.values(Split).filter((one) => typeof one === "string");
  throw invalidInput("split", split, names.join(", "), "Leave it out to evaluate on the reduction split.");
};

/** What is wrong is called as the request calls it: the state is its checkpoint, parts of the spec are under `spec`. */
const inRequest = (error: unknown, checkpoint: string): unknown => {
  if (!isInvalidInput(error)) return error;
  const { field, parts } = error;
  const [first = ""] = error.path;
  if (first === "state" || /^(checkpoint|tensor) /.test(String(first))) {
    const allowed = text`a checkpoint of this network, with ${parts.allowed} as ${field}`;
    return error.with({ path: ["checkpoint"], value: checkpoint, allowed });
  }
  if (first === "data") return under("spec", error);
  return first === "batch" ? under("spec.reduction", error) : error;
};
