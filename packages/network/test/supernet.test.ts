import { darts, fullSpace, stream, type Tensors } from "@bnas/search";
import { beforeAll, describe, expect, it } from "vitest";
import { initialState } from "../src/cost/parameters.js";
import { type Engine, openEngine } from "../src/engine/engine.js";
import { differentiate, forwardLoss } from "../src/train/step.js";
import { trainSample } from "../src/train/train-sample.js";
import { batchesOf, INPUT, NORMALIZATION, networkOf, noise, problemWith, specWith } from "./builders.js";

const spec = specWith({ cells: 3 });
const state = initialState(spec, INPUT);
const problem = problemWith(spec);

let wasm: Engine;
let cpu: Engine;
beforeAll(async () => {
  cpu = await openEngine("cpu");
  wasm = await openEngine("wasm");
});

const redrawn = (name: string): Tensors => {
  const { shape, values } = state.get(name) ?? { shape: [], values: new Float32Array() };
  const { next } = stream(99, name);
  return new Map([...state, [name, { shape, values: values.map(() => 2 * next() - 1) }]]);
};

describe("the supernet", () => {
  it("computes with every one of its tensors: another value of any gives another loss", async () => {
    await wasm.activate();
    const batch = noise(2, 1);
    const { loss } = forwardLoss(problem, batch, state);
    const idle = [...state.keys()].filter((name) => forwardLoss(problem, batch, redrawn(name)).loss === loss);
    expect(idle).toEqual([]);
  });

  it("has a gradient for every one of its weights and mixtures", async () => {
    await wasm.activate();
    const batch = noise(4, 1);
    const ofWeights = differentiate(problem, batch, state, "weights").gradients;
    expect([...ofWeights.keys()]).toEqual(problem.trace.parameters.map(({ name }) => name));
    const zero = [...ofWeights].filter(([, values]) => values.every((value) => value === 0)).map(([name]) => name);
    expect(zero).toEqual([]);
    expect(differentiate(problem, batch, state, "mixtures").gradients.size).toBe(2 * 4 * 2);
  });

  it("is the same on wasm as on the reference: loss and gradients of a step", async () => {
    const batch = noise(4, 1);
    await cpu.activate();
    const reference = differentiate(problem, batch, state, "weights");
    await wasm.activate();
    const fast = differentiate(problem, batch, state, "weights");
    expect(fast.loss).toBeCloseTo(reference.loss, 5);
    const norm = (values: Float32Array) => Math.hypot(...values);
    for (const [name, expected] of reference.gradients) {
      const actual = fast.gradients.get(name) ?? new Float32Array();
      const apart = norm(expected.map((value, i) => value - (actual[i] ?? 0)));
      expect(apart, name).toBeLessThan(1e-3 * norm(expected) + 1e-6);
    }
  });

  it.each(["weights", "mixtures"] as const)(
    "has the same gradients of %s when it is computed part by part",
    async (learned) => {
      await wasm.activate();
      for (const network of [
        problem,
        problemWith(specWith({ cells: 2, stem: "imagenet" }), fullSpace(darts), { ...INPUT, height: 32, width: 32 }),
      ]) {
        const images = noise(4, 2, network.input);
        const from = initialState(network.spec, network.input);
        const whole = differentiate(network, images, from, learned);
        const byPart = differentiate(network, images, from, learned, 0, true);
        expect(byPart.loss).toBe(whole.loss);
        expect([...byPart.gradients.keys()].sort()).toEqual([...whole.gradients.keys()].sort());
        for (const [name, values] of whole.gradients) {
          const most = Math.max(...values.map(Math.abs));
          values.forEach((value, i) => {
            expect(Math.abs((byPart.gradients.get(name)?.[i] ?? Number.NaN) - value), name).toBeLessThanOrEqual(
              1e-5 * most,
            );
          });
        }
      }
    },
  );
});

describe("a sampled network", () => {
  it.each(["weights", "weights+activations", "none"] as const)(
    "learns on wasm what is plain to see, bright, dark and striped images; binarize: %s",
    async (binarize) => {
      const tiny = specWith({ cells: 2, channels: 4 }, { binarize });
      const images = (count: number, seed: number) => {
        const { below } = stream(seed, "plain");
        const labels = Array.from({ length: count }, () => below(3));
        const pixels = Uint8Array.from({ length: count * 192 }, (_, i) => {
          const kind = labels[Math.floor(i / 192)] ?? 0;
          const column = Math.floor(i / 3) % 8;
          return ([40, 200, column % 2 === 0 ? 40 : 200][kind] ?? 0) + below(40);
        });
        return { count, pixels, labels };
      };
      const network = networkOf(7, {
        normal: (fullSpace(darts).normal ?? []).map(() => ["sep_conv_3x3", "skip_connect"]),
        reduce: (fullSpace(darts).reduce ?? []).map(() => ["dil_conv_3x3", "max_pool_3x3", "skip_connect"]),
      });
      let trained = initialState(tiny, INPUT);
      const results: { loss: number; correct: number }[] = [];
      for (let epoch = 0; epoch < 4; epoch++) {
        const batches = batchesOf(...Array.from({ length: 6 }, (_, batch) => images(24, 10 * epoch + batch)));
        const job = {
          spec: tiny,
          input: INPUT,
          normalization: NORMALIZATION,
          network,
          state: trained,
          rate: 0.05,
          batches,
        };
        const result = await trainSample(wasm, job);
        trained = new Map([...trained, ...result.changed]);
        results.push(result);
      }
      expect(results[3]?.loss).toBeLessThan(0.5 * (results[0]?.loss ?? 0));
      expect(results[3]?.correct).toBeGreaterThan(0.9 * 144);
    },
  );
});
