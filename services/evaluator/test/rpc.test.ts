import { invalidInput } from "@bnas/errors";
import type { TaskThread } from "@bnas/process";
import { EvaluateSampleRequest, Split } from "@bnas/proto";
import type { CallContext } from "nice-grpc-common";
import { describe, expect, it } from "vitest";
import type { EvaluationTask } from "../src/evaluate-sample.js";
import { evaluatorRpc } from "../src/rpc.js";
import type { EvaluatorThread } from "../src/thread.js";

const edges = Array.from({ length: 14 }, () => "skip_connect");
const request = EvaluateSampleRequest.fromPartial({
  spec: { preset: "smoke" },
  checkpoint: "0".repeat(64),
  normal: edges,
  reduce: edges,
});

/** A thread that answers, or throws what a test says. */
const threadOf = (thrown?: Error) => {
  const tasks: EvaluationTask[] = [];
  const call = async (_name: "evaluate", task: EvaluationTask) => {
    tasks.push(task);
    if (thrown !== undefined) throw thrown;
    return { correct: 1, total: 2, loss: 0.5 };
  };
  // The one method of the thread; a method whose name is a parameter cannot be written with its types.
  const thread = { call, close: async () => {} } as unknown as TaskThread<EvaluatorThread>;
  return { tasks, thread };
};

const evaluate = async (change: Partial<EvaluateSampleRequest> = {}, thrown?: Error) => {
  const { tasks, thread } = threadOf(thrown);
  // All that it uses of the call.
  const context = { signal: new AbortController().signal } as CallContext;
  const answer = await evaluatorRpc(thread)
    .evaluateSample({ ...request, ...change }, context)
    .catch((error: unknown) => error);
  return { answer, tasks };
};

describe("EvaluateSample", () => {
  it("evaluates by the reduction split by default", async () => {
    expect((await evaluate()).tasks).toMatchObject([{ split: Split.SPLIT_REDUCTION }]);
    expect((await evaluate({ split: Split.SPLIT_TEST })).tasks).toMatchObject([{ split: Split.SPLIT_TEST }]);
  });

  it.each([
    ["a checkpoint that is no hash", { checkpoint: "../../etc/passwd" }, "checkpoint"],
    ["a split that is none", { split: 99 as Split }, "split"],
    ["too few operations", { normal: edges.slice(1) }, "normal"],
    ["an unknown operation", { reduce: edges.map((word, edge) => (edge === 3 ? "skip" : word)) }, "reduce[3]"],
    ["a spec that is not allowed", { spec: { ...request.spec, preset: "smok" } }, "spec.preset"],
  ])("refuses %s on the field of the request, before any work", async (_, change, field) => {
    const { answer, tasks } = await evaluate(change as Partial<EvaluateSampleRequest>);
    expect(answer).toMatchObject({ code: "INVALID_INPUT" });
    expect(answer).toMatchObject({ field });
    expect(tasks).toEqual([]);
  });

  it.each([
    ["state.classifier.bias", "checkpoint"],
    [`checkpoint ${"0".repeat(64)}`, "checkpoint"],
    ["data.imageSize", "spec.data.imageSize"],
    ["batch", "spec.reduction.batch"],
    ["spec.dataset", "spec.dataset"],
  ])("calls %s of the work %s, as the request does", async (field, named) => {
    const { answer } = await evaluate({}, invalidInput(field, 1, "another", "Give another."));
    expect(answer).toMatchObject({ code: "INVALID_INPUT", field: named });
  });
});
