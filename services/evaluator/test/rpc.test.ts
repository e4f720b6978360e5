import { invalidInput } from "@bnas/errors";
import type { TaskThread } from "@bnas/process";
import { EvaluateModelRequest, EvaluateSampleRequest, Split } from "@bnas/proto";
import { PUBLISHED } from "@bnas/search";
import type { CallContext } from "nice-grpc-common";
import { describe, expect, it } from "vitest";
import type { ModelEvaluationTask } from "../src/evaluate-model.js";
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
    return { result: { correct: 1, total: 2, loss: 0.5 } };
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

const modelRequest = EvaluateModelRequest.fromPartial({
  spec: { preset: "smoke", strategy: "given", genotype: "published", train: { cells: 3, channels: 4 } },
  checkpoint: "0".repeat(64),
});

const report = {
  images: 4,
  correct: 3,
  top5: null,
  loss: 0.5,
  calibrationError: 0.1,
  classes: [
    { name: "cat", images: 2, correct: 2 },
    { name: "dog", images: 2, correct: 1 },
  ],
  confusion: [
    [2, 0],
    [1, 1],
  ],
};

const evaluateModel = async (change: Partial<EvaluateModelRequest> = {}, thrown?: Error) => {
  const tasks: ModelEvaluationTask[] = [];
  const call = async (_name: "model", task: ModelEvaluationTask) => {
    tasks.push(task);
    if (thrown !== undefined) throw thrown;
    return { result: report };
  };
  // As above.
  const thread = { call, close: async () => {} } as unknown as TaskThread<EvaluatorThread>;
  const context = { signal: new AbortController().signal } as CallContext;
  const answer = await evaluatorRpc(thread)
    .evaluateModel({ ...modelRequest, ...change }, context)
    .catch((error: unknown) => error);
  return { answer, tasks };
};

describe("EvaluateModel", () => {
  it("evaluates the genotype of the spec, as the spec says that it is binarized, by the test images by default", async () => {
    const { tasks } = await evaluateModel();
    expect(tasks).toMatchObject([{ genotype: PUBLISHED, binarize: "weights", split: Split.SPLIT_TEST }]);
    expect((await evaluateModel({ split: Split.SPLIT_TRAIN })).tasks).toMatchObject([{ split: Split.SPLIT_TRAIN }]);
  });

  it("answers with the interval of the accuracy, and what the images of each class were taken for", async () => {
    const { answer } = await evaluateModel();
    expect(answer).toMatchObject({
      correct: 3,
      total: 4,
      top5: undefined,
      loss: 0.5,
      calibrationError: 0.1,
      classes: [
        { name: "cat", total: 2, correct: 2, answers: [2, 0] },
        { name: "dog", total: 2, correct: 1, answers: [1, 1] },
      ],
    });
    expect(answer).toMatchObject({ low: expect.closeTo(0.301, 3), high: expect.closeTo(0.954, 3) });
  });

  it.each([
    [
      "a spec without a genotype",
      { spec: { ...modelRequest.spec, strategy: "bnas", genotype: undefined } },
      "spec.genotype",
    ],
    ["a genotype of another space", { spec: { ...modelRequest.spec, space: "nas-bench-201" } }, "spec.genotype.normal"],
    ["a checkpoint that is no hash", { checkpoint: "model" }, "checkpoint"],
    ["a split that is none", { split: 99 as Split }, "split"],
  ])("refuses %s on the field of the request, before any work", async (_, change, field) => {
    const { answer, tasks } = await evaluateModel(change as Partial<EvaluateModelRequest>);
    expect(answer).toMatchObject({ code: "INVALID_INPUT", field });
    expect(tasks).toEqual([]);
  });

  it.each([
    ["state.classifier.bias", "checkpoint"],
    ["statistics.stem.norm", "checkpoint"],
    ["batch", "spec.train.batch"],
  ])("calls %s of the work %s, as the request does", async (field, named) => {
    const { answer } = await evaluateModel({}, invalidInput(field, 1, "another", "Give another."));
    expect(answer).toMatchObject({ code: "INVALID_INPUT", field: named });
  });
});
