import {
  costsOf,
  darts,
  type Genotype,
  genotypeOfCells,
  kindsOf,
  type Link,
  linksOf,
  nasBench201,
  nth,
  randomGenotype,
  stream,
} from "@bnas/search";
import { memory, scalar } from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { buildDerived, checkLatency, latencyCosts, linkCosts, measureLatency, openEngine } from "../src/index.js";

const INPUT = { height: 32, width: 32, channels: 3, classes: 10 };
const TINY = { cells: 5, channels: 4, stem: "cifar" } as const;

/** Any links of any operations, `none` and two from one input among them. */
const anyGenotype = (seed: number): Genotype => {
  const { below } = stream(seed, "any genotype");
  const cell = (): Link[] =>
    [2, 2, 3, 3, 4, 4, 5, 5].map((node) => [nth(darts.operations, below(darts.operations.length)), below(node)]);
  return { normal: cell(), normal_concat: [2, 3, 4, 5], reduce: cell(), reduce_concat: [2, 3, 4, 5] };
};

describe("what a derived network costs as a sum over its links", () => {
  it.each([
    ["the network of the paper", { ...TINY, cells: 20, channels: 36 }, "weights", 5],
    ["a small one", TINY, "weights", 60],
    ["a small one in full precision", TINY, "none", 30],
    ["a small one of 1-bit activations", TINY, "weights+activations", 30],
    ["one for ImageNet", { ...TINY, stem: "imagenet" }, "weights", 30],
  ] as const)(
    "is to the bit and the multiply-add what the network counts, of %s",
    (_what, network, binarize, seeds) => {
      const options = { ...network, binarize, auxiliary: false };
      const input = network.stem === "imagenet" ? { ...INPUT, height: 224, width: 224 } : INPUT;
      const costs = linkCosts(options, input);
      for (let seed = 0; seed < seeds; seed++) {
        const genotype = anyGenotype(seed);
        const { bits, multiplyAdds } = buildDerived(genotype, options, input).cost;
        expect(costsOf(genotype, costs, ["bits", "ops"])).toEqual({ bits, ops: multiplyAdds });
      }
    },
  );

  it("is that of NAS-Bench-201, where none leaves an edge out", () => {
    const options = { ...TINY, binarize: "weights", auxiliary: false, space: nasBench201 } as const;
    const costs = linkCosts(options, INPUT);
    const { operations } = nasBench201;
    for (let seed = 0; seed < 30; seed++) {
      const { below } = stream(seed, "cell");
      const genotype = genotypeOfCells(nasBench201, (cell) =>
        cell.edges.map(({ from }): Link => [nth(operations, below(operations.length)), from]),
      );
      const { bits, multiplyAdds } = buildDerived(genotype, options, INPUT).cost;
      expect(costsOf(genotype, costs, ["bits", "ops"])).toEqual({ bits, ops: multiplyAdds });
    }
  });

  it("is that of a space with five nodes and one link each", () => {
    const edges = [2, 3, 4, 5, 6].flatMap((to) => Array.from({ length: to }, (_, from) => ({ from, to })));
    const cells = darts.cells.map((cell) => ({ ...cell, nodes: 5, edges, links: 1 }));
    const space = { ...darts, name: "five", cells };
    const options = { ...TINY, binarize: "weights", auxiliary: false, space } as const;
    const costs = linkCosts(options, INPUT);
    for (let seed = 0; seed < 10; seed++) {
      const { below } = stream(seed, "cell");
      const genotype = genotypeOfCells(space, () =>
        [2, 3, 4, 5, 6].map((node): Link => [nth(darts.operations, below(8)), below(node)]),
      );
      const { bits, multiplyAdds } = buildDerived(genotype, options, INPUT).cost;
      expect(costsOf(genotype, costs, ["bits", "ops"])).toEqual({ bits, ops: multiplyAdds });
    }
  });
});

describe("a table of latencies", async () => {
  const engine = await openEngine("cpu");
  // A clock that ticks with every tensor that is made: what it measures adds up exactly, whatever else the machine does.
  const clock = () => {
    const tick = scalar(0);
    tick.dispose();
    return tick.id;
  };
  const options = {
    engine,
    network: { ...TINY, cells: 4, binarize: "weights" },
    input: INPUT,
    runs: 1,
    clock,
  } as const;
  const table = await measureLatency({ ...options, input: { ...INPUT, height: 8, width: 8 } });

  it("has a time for every operation in every cell, and where it halves", () => {
    expect(table.cells.map(({ kind, channels }) => [kind, channels])).toEqual([
      ["normal", 4],
      ["reduce", 8],
      ["reduce", 16],
      ["normal", 16],
    ]);
    for (const { kind, operations, halving } of table.cells) {
      const names = darts.operations.filter((operation) => operation !== "none");
      expect(Object.keys(operations)).toEqual(names);
      expect(Object.keys(halving)).toEqual(kind === "reduce" ? names : []);
      expect(operations.skip_connect).toBe(0);
      expect(operations.sep_conv_3x3).toBe(2 * (operations.dil_conv_3x3 ?? 0));
    }
  });

  it("adds up to the time of a whole network, of any genotype", async () => {
    const checks = await checkLatency(table, 10, { ...options, input: { ...INPUT, height: 8, width: 8 } });
    expect(checks).toHaveLength(10);
    for (const { measured, summed } of checks) expect(Math.abs(summed - measured)).toBeLessThan(1e-6 * measured);
    expect(new Set(checks.map(({ measured }) => measured)).size).toBeGreaterThan(3);
  });

  it("is a sum over links for a budget, the same for all of a kind of cell", () => {
    const { base, of } = latencyCosts(table);
    const genotype = randomGenotype(darts, 3);
    const links = kindsOf(darts).flatMap((kind) =>
      linksOf(genotype, kind).map(([name, from]) => of(kind, from, name).latency ?? 0),
    );
    const sum = links.reduce((total, time) => total + time, base.latency ?? 0);
    expect(costsOf(genotype, latencyCosts(table), ["latency"])).toEqual({ latency: sum });
    expect(of("normal", 0, "none")).toEqual({ latency: 0 });
    expect(of("reduce", 1, "skip_connect").latency).toBeGreaterThan(0);
    expect(of("reduce", 2, "skip_connect").latency).toBe(0);
  });

  it("leaves no tensor behind", async () => {
    const before = memory().numTensors;
    await measureLatency({
      ...options,
      network: { ...options.network, cells: 3 },
      input: { ...INPUT, height: 8, width: 8 },
    });
    expect(memory().numTensors).toBe(before);
  });
});
