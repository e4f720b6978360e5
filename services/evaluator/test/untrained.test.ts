import { factHash, MemoryLog } from "@bnas/log";
import type { TaskThread } from "@bnas/process";
import { Split } from "@bnas/proto";
import { darts, type MadeBy, perEdge, record } from "@bnas/search";
import { silentLogger } from "@bnas/telemetry";
import { aSpec } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import type { UntrainedTask } from "../src/evaluate-untrained.js";
import { evaluationWork } from "../src/facts.js";
import type { EvaluatorThread } from "../src/thread.js";

const TIME = new Date("2026-01-01T00:00:00.000Z");
const MADE_BY: MadeBy = {
  engine: { name: "wasm", digest: "e".repeat(64), versions: {} },
  code: { version: "0.1.0", digest: "f".repeat(64) },
};

describe("the evaluator", () => {
  it("answers for networks that are not trained, all with the weights of the checkpoint that they are asked for with", async () => {
    const log = new MemoryLog();
    const tasks: [string, UntrainedTask][] = [];
    const call = async (method: string, task: UntrainedTask) => {
      tasks.push([method, task]);
      return { result: { correct: [3, 5], total: 8 }, madeBy: MADE_BY };
    };
    // The one method of the thread that is called; a method whose name is a parameter cannot be written with its types.
    const thread = { call, close: async () => {} } as unknown as TaskThread<EvaluatorThread>;
    const spec = aSpec({ strategy: "posterior", reduction: { untrained: 1 } });
    const networks = ["skip_connect", "none"].map((operation) => perEdge(darts, () => operation));
    const from = "c".repeat(64);
    const append = (fact: Parameters<typeof record>[1]) => log.append(record("a", fact, "pruner", TIME.toISOString()));
    await append({ kind: "search.opened", spec });
    await append({ kind: "untrained.requested", round: 1, networks, from });
    const work = evaluationWork({ log, thread, clock: () => TIME, ticks: () => 0, logger: silentLogger });
    const [requested] = await log.read("bnas.search.a.round.1.untrained.requested");
    if (requested === undefined) throw new Error("it was appended");
    await work.handle(requested, { signal: new AbortController().signal } as Parameters<typeof work.handle>[1]);
    const [written] = await log.read("bnas.search.a.round.1.untrained.evaluated");
    expect(tasks).toEqual([["untrained", { spec, networks, checkpoint: from, split: Split.SPLIT_REDUCTION }]]);
    expect(written?.fact).toEqual({
      ...{ kind: "untrained.evaluated", round: 1, correct: [3, 5], total: 8, seconds: 0, madeBy: MADE_BY },
      request: factHash(requested),
    });
  });
});
