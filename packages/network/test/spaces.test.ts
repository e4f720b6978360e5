import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isInvalidInput } from "@bnas/errors";
import {
  decide,
  evolve,
  type Fact,
  linksOf,
  nasBench201,
  parseSpec,
  randomGenotype,
  replay,
  type Space,
  start,
  subjectOf,
  type Tensors,
} from "@bnas/search";
import { type Tensor4D, tensor } from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  buildDerived,
  type Engine,
  evaluateSample,
  initialState,
  loadOperations,
  openEngine,
  registerOperations,
  requireBuildable,
  sampleCost,
  tensorNames,
  trainEpoch,
  trainSample,
} from "../src/index.js";
import { stackOf } from "../src/paper/networks.js";
import { uploadWeights } from "../src/train/derived.js";
import { batchesOf, INPUT, NORMALIZATION, noise } from "./builders.js";

const FROM_OUTSIDE = new URL("../../../test/fixtures/operations/bottleneck.js", import.meta.url).pathname;

/** A space of one's own, which names an operation from outside. */
const ours: Space = {
  name: "ours",
  operations: ["none", "skip_connect", "bottleneck_3x3"],
  cells: [
    {
      kind: "cell",
      inputs: 1,
      nodes: 2,
      edges: [
        { from: 0, to: 1 },
        { from: 0, to: 2 },
        { from: 1, to: 2 },
      ],
      links: "all",
      output: "last",
    },
  ],
  network: "nas-bench-201",
};

const refusal = (check: () => unknown): { readonly field: string; readonly message: string } => {
  try {
    check();
  } catch (error) {
    if (isInvalidInput(error)) return error;
    throw error;
  }
  throw new Error("it was not refused");
};

describe("an operation of a space", () => {
  it("needs a layer: one without is refused by its place, before anything is built", () => {
    const { field, message } = refusal(() => requireBuildable(ours));
    expect(field).toBe("spec.space.operations[2]");
    expect(message).toMatch(/bottleneck_3x3.*nor_conv_3x3.*--operations/);
    const spec = parseSpec({ preset: "smoke", space: ours, network: { cells: 3, channels: 4 } });
    expect(refusal(() => initialState(spec, INPUT)).field).toBe("spec.space.operations[2]");
  });

  it("comes from a module of one file", async () => {
    await loadOperations(FROM_OUTSIDE);
    expect(requireBuildable(ours).name).toBe("nas-bench-201");
    // Every thread of a process loads it, and tests of one file share a thread.
    await loadOperations(FROM_OUTSIDE);
  });

  const folder = mkdtempSync(join(tmpdir(), "bnas-operations-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const module = (text: string): string => {
    const path = join(folder, `${Math.abs(text.length * 31 + text.charCodeAt(text.length >> 1))}.mjs`);
    writeFileSync(path, text);
    return path;
  };

  it.each([
    ["no file", () => join(folder, "nothing.js"), /operations.*There is no file/],
    ["a module that throws", () => module(`throw new Error("no luck");`), /operations.*no luck/],
    ["a module without a default export", () => module("export const layer = 1;"), /\[0\].*name.*layer/],
    ["an operation without a layer", () => module(`export default { name: "empty" };`), /\[0\].*layer/],
    ["a name with a dot", () => module(`export default [{ name: "a.b", layer: () => 0 }];`), /\[0\].*lower-case/],
    [
      "a name that is taken",
      () => module(`export default { name: "sep_conv_3x3", layer: (net, name, x) => x };`),
      /not taken/,
    ],
    ["the name of nothing", () => module(`export default { name: "none", layer: (net, name, x) => x };`), /not taken/],
  ])("is refused from %s", async (_, path, message) => {
    await expect(loadOperations(path())).rejects.toThrow(message);
  });

  it("stays what it was when another comes under its name", () => {
    expect(() => registerOperations({ name: "skip_connect", layer: () => 0 }, "here")).toThrow(/not taken/);
  });
});

describe("a space that no network stacks", () => {
  it.each<[string, Space, string, RegExp]>([
    [
      "a network that is not known",
      { ...nasBench201, network: "nas-bench-101" },
      "spec.space.network",
      /Did you mean nas-bench-201/,
    ],
    ["one kind of cell for DARTS", { ...nasBench201, network: "darts" }, "spec.space.cells", /normal/],
    [
      "two kinds for one",
      { ...nasBench201, cells: [...nasBench201.cells, ...nasBench201.cells] },
      "spec.space.cells[1].kind",
      /residual/,
    ],
    [
      "two inputs for one",
      { ...nasBench201, cells: nasBench201.cells.map((cell) => ({ ...cell, inputs: 2 })) },
      "spec.space.cells[0].inputs",
      /alone/,
    ],
    [
      "more channels than are read",
      { ...nasBench201, cells: nasBench201.cells.map((cell) => ({ ...cell, output: "concat" as const })) },
      "spec.space.cells[0].output",
      /channels/,
    ],
  ])("because of %s is refused by its path", (_, space, field, message) => {
    const error = refusal(() => requireBuildable(space));
    expect(error.field).toBe(field);
    expect(error.message).toMatch(message);
  });
});

describe("the network of NAS-Bench-201", () => {
  const input = { height: 32, width: 32, channels: 3, classes: 10 };
  const options = { cells: 17, channels: 16, stem: "cifar" } as const;

  it("has five cells a stage and doubles the channels between stages, in blocks that are not searched", () => {
    const { cells, places } = stackOf(options, input, nasBench201);
    expect(cells).toHaveLength(15);
    expect(cells.map(({ channels }) => channels)).toEqual([16, 32, 64].flatMap((channels) => Array(5).fill(channels)));
    expect(places.filter((name) => name.startsWith("block"))).toEqual(["block.5", "block.11"]);
  });

  it("has the parameters that are counted by hand", () => {
    // nor_conv_3x3 on all edges, 9 * c * c weights each; networks are derived with affine norms (2 c each).
    const links = linksOf(randomGenotype(nasBench201, 1), "cell");
    const genotype = { cell: links.map(([, from]) => ["nor_conv_3x3", from] as const), cell_concat: [3] };
    const derived = { ...options, binarize: "none", auxiliary: false, space: nasBench201 } as const;
    const { cost } = buildDerived(genotype, derived, input);
    const stem = 27 * 16 + 2 * 16;
    const stage = (c: number) => 5 * 6 * (9 * c * c + 2 * c);
    const block = (c: number) => 9 * c * 2 * c + 9 * 4 * c * c + 2 * 4 * c + c * 2 * c;
    const head = 2 * 64 + 64 * 10 + 10;
    expect(cost.total).toBe(stem + stage(16) + block(16) + stage(32) + block(32) + stage(64) + head);
  });

  it("halves the images twice, so their sides are multiples of 4", () => {
    expect(refusal(() => stackOf(options, { ...input, height: 30 }, nasBench201)).field).toBe("data.imageSize");
    expect(refusal(() => stackOf({ ...options, stem: "imagenet" }, input, nasBench201)).field).toBe("network.stem");
  });

  it("adds no parameters for none, skip and pool", () => {
    const spec = parseSpec({ preset: "smoke", space: "nas-bench-201", network: { cells: 5, partial: 1 } });
    const of = (operation: string) => sampleCost(spec, INPUT, { cell: Array(6).fill(operation) }).total;
    expect(new Set(["none", "skip_connect", "avg_pool_3x3"].map(of)).size).toBe(1);
    expect(of("nor_conv_3x3")).toBeGreaterThan(of("nor_conv_1x1"));
  });
});

describe("a search in another space", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine("cpu");
    await loadOperations(FROM_OUTSIDE);
  });

  /** The whole of a search, each job trained and evaluated here on images of noise. */
  const search = async (space: string | Space, binarize: "weights" | "weights+activations") => {
    const spec = parseSpec({
      preset: "smoke",
      ...{ space, binarize, seed: 3 },
      network: { cells: 3, channels: 4, partial: 1 },
      warmup: { epochs: 1, batch: 4 },
      reduction: { passes: 1, batch: 4 },
    });
    const shared = { spec, input: INPUT, normalization: NORMALIZATION, rate: 0.05 };
    let state: Tensors = initialState(spec, INPUT);
    const facts: Fact[] = [];
    let found = start("here");
    const append = (fact: Fact): void => {
      facts.push(fact);
      found = evolve(found, fact);
    };
    const trained = (job: number, changed: Tensors) => {
      state = new Map([...state, ...changed]);
      return { checkpoint: job.toString(16).padStart(64, "0"), images: 8, seconds: 0 };
    };
    append({ kind: "search.opened", spec });
    for (let wanted = decide(found); wanted.length > 0; wanted = decide(found)) {
      for (const fact of wanted) {
        append(fact);
        if (fact.kind === "epoch.requested") {
          const { changed, loss, alpha, beta } = await trainEpoch(engine, {
            ...{ ...shared, state, candidates: fact.candidates, trainStrengths: true },
            weightBatches: batchesOf(noise(4, fact.job), noise(4, fact.job + 100)),
            strengthBatches: batchesOf(noise(4, fact.job + 200)),
          });
          const { job, jobs: _, candidates: __, from: ___, kind: ____, ...stage } = fact;
          append({ kind: "epoch.trained", ...stage, loss, alpha, beta, ...trained(job, changed) });
        }
        if (fact.kind === "sample.requested") {
          const { round, pass, sample, network, job } = fact;
          const { changed, loss } = await trainSample(engine, {
            ...shared,
            network,
            state,
            batches: batchesOf(noise(4, job)),
          });
          expect([...changed.keys()].sort()).toEqual(tensorNames(spec, INPUT, network, { strengths: false }).sort());
          append({ kind: "sample.trained", round, pass, sample, loss, ...trained(job, changed) });
          const { correct, total } = await evaluateSample(engine, {
            ...shared,
            network,
            state,
            batches: batchesOf(noise(8, 999)),
          });
          append({ kind: "sample.evaluated", round, pass, sample, correct, total, seconds: 0 });
        }
      }
    }
    return { spec, facts, found };
  };

  it.each<[string, string | Space, "weights" | "weights+activations"]>([
    ["NAS-Bench-201's", "nas-bench-201", "weights"],
    ["NAS-Bench-201's, all of it binary", "nas-bench-201", "weights+activations"],
    ["one's own, with an operation from outside", ours, "weights"],
  ])("trains, evaluates and ends in %s, and replays to itself", async (_, space, binarize) => {
    const { facts, found } = await search(space, binarize);
    if (found.ended?.kind !== "search.finished") throw new Error("it ends");
    expect(found.rounds).toHaveLength(typeof space === "string" ? 4 : 2);
    expect(replay("here", facts).disagreements).toEqual([]);
    expect(new Set(facts.map((fact) => subjectOf("here", fact))).size).toBe(facts.length);
    // A step of Adam moves a strength by its rate, 0.01: it is not what it began as.
    const [warm] = facts.filter((fact) => fact.kind === "epoch.trained");
    const alpha = warm?.alpha.cell?.flatMap((edge) => Object.values(edge)) ?? [];
    expect(alpha.filter((value) => Math.abs(value) > 0.004).length).toBeGreaterThan(alpha.length / 2);
  });

  it("derives a network of its answer that computes", () => {
    const genotype = randomGenotype(ours, 2);
    const options = {
      cells: 5,
      channels: 4,
      stem: "cifar",
      binarize: "weights",
      auxiliary: false,
      space: ours,
    } as const;
    const derived = buildDerived(genotype, options, INPUT);
    const weights = uploadWeights(derived.parameters, derived.initialState(1));
    const images = tensor(
      Float32Array.from({ length: 2 * 8 * 8 * 3 }, (_, i) => Math.sin(i)),
      [2, 8, 8, 3],
    ) as Tensor4D;
    const dropPath = { probability: 0, stream: { next: () => 1 } as never };
    const { logits } = derived.forward(images, weights, { training: true, rate: 0, dropPath });
    expect(logits.shape).toEqual([2, 1, 1, INPUT.classes]);
    expect([...logits.dataSync()].every(Number.isFinite)).toBe(true);
  });
});
