import { factHash, MemoryLog } from "@bnas/log";
import type { TaskThread } from "@bnas/process";
import { darts, type MadeBy, perEdge, record } from "@bnas/search";
import { silentLogger } from "@bnas/telemetry";
import { aSpec } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import type { EvaluationTask } from "../src/evaluate-sample.js";
import { evaluationWork } from "../src/facts.js";
import type { EvaluatorThread } from "../src/thread.js";

const TIME = new Date("2026-01-01T00:00:00.000Z");

const MADE_BY: MadeBy = {
  engine: { name: "wasm", digest: "e".repeat(64), versions: {} },
  code: { version: "0.1.0", digest: "f".repeat(64) },
};

/** What the evaluator writes of one trained sample, and what it computed. */
const evaluated = async (strategy: "bnas" | "cp-nas", clock: () => Date = () => TIME) => {
  const log = new MemoryLog();
  const tasks: EvaluationTask[] = [];
  const call = async (_: "evaluate", task: EvaluationTask) => {
    tasks.push(task);
    return { result: { correct: task.spec.binarize === "none" ? 7 : 5, total: 8, loss: 1 }, madeBy: MADE_BY };
  };
  // The one method of the thread; a method whose name is a parameter cannot be written with its types.
  const thread = { call, close: async () => {} } as unknown as TaskThread<EvaluatorThread>;
  const at = { round: 1, pass: 1, sample: 1 };
  const checkpoint = "c".repeat(64);
  const network = perEdge(darts, () => "skip_connect");
  const append = (fact: Parameters<typeof record>[1], writer: Parameters<typeof record>[2]) =>
    log.append(record("a", fact, writer, TIME.toISOString()));
  await append({ kind: "search.opened", spec: aSpec({ strategy, binarize: "weights" }) }, "pruner");
  await append({ kind: "sample.requested", ...at, job: 1, jobs: 2, network, from: checkpoint }, "pruner");
  await append({ kind: "sample.trained", ...at, checkpoint, loss: 1, images: 8, seconds: 1 }, "trainer");
  const work = evaluationWork({ log, thread, clock, ticks: () => 0, logger: silentLogger });
  const [trained] = await log.read("bnas.search.a.round.1.pass.1.sample.1.trained");
  if (trained === undefined) throw new Error("it was appended");
  await work.handle(trained, { signal: new AbortController().signal } as Parameters<typeof work.handle>[1]);
  const [written] = await log.read("bnas.search.a.round.1.pass.1.sample.1.evaluated");
  return { fact: written?.fact, tasks, trained };
};

describe("the evaluator", () => {
  it("evaluates a sample once, for a strategy that compares it with no twin", async () => {
    const { fact, tasks, trained } = await evaluated("bnas");
    expect(tasks.map(({ spec }) => spec.binarize)).toEqual(["weights"]);
    const at = { round: 1, pass: 1, sample: 1 };
    const said = { correct: 5, total: 8, seconds: 0, madeBy: MADE_BY, request: factHash(trained) };
    expect(fact).toEqual({ kind: "sample.evaluated", ...at, ...said });
  });

  it("answers with the wall clock set back meanwhile", async () => {
    let hour = 24;
    const { fact } = await evaluated("bnas", () => new Date(TIME.getTime() + hour-- * 3_600_000));
    expect(fact).toMatchObject({ kind: "sample.evaluated", correct: 5, seconds: 0 });
  });

  it("evaluates it again without binarization for cp-nas: the same weights, the same images", async () => {
    const { fact, tasks } = await evaluated("cp-nas");
    const [child, parent] = tasks;
    expect(parent).toEqual({ ...child, spec: { ...child?.spec, binarize: "none" } });
    expect(fact).toMatchObject({ correct: 5, parent: 7, total: 8 });
  });
});
