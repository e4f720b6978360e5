import { PUBLISHED, stream, type Tensors } from "@bnas/search";
import { type Tensor, type Tensor4D, tensor4d, engine as tfjs, tidy } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import type { BatchStatistics, Mode } from "../src/engine/derived-layers.js";
import { openEngine } from "../src/engine/engine.js";
import { buildDerived, type DerivedNetwork, updateStatistics, uploadWeights } from "../src/train/derived.js";
import { lossOf } from "../src/train/loss.js";
import { INPUT } from "./builders.js";

beforeAll(async () => {
  await (await openEngine("wasm")).activate();
});

const CIFAR = { height: 32, width: 32, channels: 3, classes: 10 };
const published = { cells: 20, channels: 36, stem: "cifar", binarize: "weights", auxiliary: true } as const;

describe("the genotype that the authors published, at 20 cells and 36 channels", () => {
  const network = buildDerived(PUBLISHED, published, CIFAR);

  it("has the 2.50 million weights that the formula gives, 2.41 million of them 1-bit", () => {
    // Channels of a cell c: 36, 72, 144, the reductions at cells 6 and 13. It reads c0 and c1 channels.
    const separable = (k: number, c: number) => k * k * c + c * c;
    const sep = (k: number, c: number) => 2 * separable(k, c);
    // Links by the genotype; a skip that halves is two 1x1 convolutions to half of the channels: cc.
    const normalLinks = (c: number) => 2 * separable(5, c) + separable(3, c) + sep(3, c);
    const reduceLinks = (c: number) => sep(3, c) + 2 * separable(5, c) + c * c + separable(3, c);
    // A norm has 2c. Links in their order: a pool has 1, dil 1, sep 2, a halving skip 1, a plain skip none.
    const normalNorms = 0 + 1 + 0 + 1 + 1 + 1 + 1 + 2;
    const reduceNorms = 2 + 1 + 1 + 1 + 1 + 1 + 0 + 1;

    let oneBit = 0;
    let full = 27 * 108 + 2 * 108; // The stem: 3x3 from 3 to 108, and its norm.
    let [before, last] = [108, 108];
    for (let cell = 0; cell < 20; cell++) {
      const reduces = cell === 6 || cell === 13;
      const c = cell < 6 ? 36 : cell < 13 ? 72 : 144;
      oneBit += reduces ? reduceLinks(c) : normalLinks(c);
      // The first input is preprocessed in full precision after a reduction.
      if (cell === 7 || cell === 14) full += before * c;
      else oneBit += before * c;
      oneBit += last * c;
      full += 2 * c * (2 + (reduces ? reduceNorms : normalNorms));
      [before, last] = [last, 4 * c];
    }
    full += 576 * 10 + 10;
    expect(network.cost.oneBit).toBe(oneBit);
    expect(network.cost.total).toBe(oneBit + full);
    expect(network.cost.total).toBe(2_499_814);
    expect(network.cost.oneBit).toBe(2_407_536);
  });

  it("needs less than 0.7 MB to store, a bit a weight and a scale a tensor", () => {
    const oneBitTensors = network.parameters.filter(({ bits }) => bits === 1).length;
    expect(network.cost.bits).toBe(2_407_536 + 32 * (oneBitTensors + 92_278));
    expect(network.cost.bits / 8).toBeLessThan(0.7e6);
  });

  it("has an auxiliary head for training that is not counted", () => {
    const auxiliary = network.parameters.filter(({ name }) => name.startsWith("auxiliary."));
    const size = auxiliary.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
    // 1x1 from 576 to 128, 2x2 from 128 to 768, their norms, and the classifier.
    expect(size).toBe(576 * 128 + 2 * 128 + 4 * 128 * 768 + 2 * 768 + 768 * 10 + 10);
  });
});

const tiny = { cells: 3, channels: 4, stem: "cifar", binarize: "none", auxiliary: false } as const;

const images = (seed: number, side: number, count = 4): Tensor4D => {
  const { gaussian } = stream(seed, "images");
  return tensor4d(Float32Array.from({ length: count * side * side * 3 }, gaussian), [count, side, side, 3]);
};

const training = (probability = 0, seed = 1): Mode => ({
  training: true,
  rate: 0,
  dropPath: { probability, stream: stream(seed, "drop path") },
});

/** Loss (with 0.4 of the auxiliary head's) and gradients of a batch. */
const differentiate = (network: DerivedNetwork, state: Tensors, x: () => Tensor4D, mode: () => Mode) => {
  let loss = 0;
  const gradients = new Map<string, Float32Array>();
  let statistics: BatchStatistics = new Map();
  tidy(() => {
    const weights = uploadWeights(network.parameters, state);
    const input = x();
    const labels = Array.from({ length: input.shape[0] }, (_, i) => i % 3);
    const { grads } = tfjs().gradients<Tensor>(
      () => {
        const result = network.forward(input, weights, mode());
        statistics = result.statistics;
        const main = lossOf(result.logits, labels);
        loss = main.outcome.loss;
        return main.value;
      },
      [...weights.values()],
      undefined,
      true,
    );
    [...weights.keys()].forEach((name, i) => {
      const gradient = grads[i];
      if (gradient != null) gradients.set(name, new Float32Array(gradient.dataSync()));
    });
  });
  return { loss, gradients, statistics };
};

describe("a derived network", () => {
  const network = buildDerived(PUBLISHED, tiny, INPUT);
  const state = network.initialState(3);
  const mode = () => training();
  const x = () => images(1, 8);

  it("has the gradients that finite differences show, affine norms included", () => {
    const { gradients } = differentiate(network, state, x, mode);
    for (const name of [
      "stem.norm.scale",
      "cell.0.node.2.1.dil_conv_3x3.norm.shift",
      "cell.1.node.2.0.sep_conv_3x3.0.norm.scale",
      "cell.2.node.5.1.dil_conv_3x3.pointwise",
      "classifier.weight",
    ]) {
      const { shape, values } = state.get(name) ?? { shape: [], values: new Float32Array() };
      const { next } = stream(5, name);
      const along = values.map(() => (next() < 0.5 ? -1 : 1));
      const loss = (by: number) =>
        differentiate(
          network,
          new Map([...state, [name, { shape, values: values.map((value, i) => value + by * (along[i] ?? 0)) }]]),
          x,
          mode,
        ).loss;
      const slope = (loss(2 ** -13) - loss(-(2 ** -13))) / 2 ** -12;
      const gradient = (gradients.get(name) ?? new Float32Array()).reduce(
        (sum, value, i) => sum + value * (along[i] ?? 0),
        0,
      );
      expect(Math.abs(gradient - slope), `${name}: ${gradient}, by difference ${slope}`).toBeLessThan(
        1e-3 + 0.03 * Math.abs(slope),
      );
    }
  });

  it("drops paths by its stream, and so the same way again from the same seed", () => {
    const withSeed = (seed: number) => differentiate(network, state, x, () => training(0.5, seed)).loss;
    expect(withSeed(1)).toBe(withSeed(1));
    expect(withSeed(1)).not.toBe(withSeed(2));
    expect(withSeed(1)).not.toBe(differentiate(network, state, x, mode).loss);
  });

  it("evaluates by running statistics: after enough of one batch, as that batch did in training", () => {
    let running: Tensors = new Map();
    const { loss, statistics } = differentiate(network, state, x, mode);
    for (let step = 0; step < 200; step++) running = updateStatistics(running, statistics);
    tidy(() => {
      const weights = uploadWeights(network.parameters, state);
      const { logits } = network.forward(x(), weights, { training: false, statistics: running });
      // The running variance is unbiased, that of the batch is not: 64 positions or fewer an image.
      expect(Math.abs(lossOf(logits, [0, 1, 2, 0]).outcome.loss - loss)).toBeLessThan(0.1 * loss);
    });
    expect(running.get("stem.norm.mean")?.values).toHaveLength(12);
  });

  it("divides by the root of variance and epsilon, in training and by running statistics alike", () => {
    // With one far above every variance norms leave nothing, and the classifier gives its bias.
    const logitsWith = (epsilon: number): readonly (readonly number[])[] => {
      const derived = buildDerived(PUBLISHED, { ...tiny, epsilon }, INPUT);
      const { statistics } = differentiate(derived, state, x, mode);
      return tidy(() => {
        const weights = uploadWeights(derived.parameters, state);
        const byBatch = derived.forward(x(), weights, training()).logits;
        const byStatistics = derived.forward(x(), weights, { training: false, statistics }).logits;
        return [byBatch, byStatistics].map((logits) => [...logits.dataSync()]);
      });
    };
    const bias = state.get("classifier.bias")?.values ?? new Float32Array();
    const beyondBias = (logits: readonly number[]) =>
      Math.max(...logits.map((y, i) => Math.abs(y - (bias[i % 3] ?? 0))));
    expect(logitsWith(1e-5)).not.toEqual(logitsWith(1e-3));
    for (const logits of logitsWith(1e12)) expect(beyondBias(logits)).toBeLessThan(1e-3);
    for (const logits of logitsWith(1e-5)) expect(beyondBias(logits)).toBeGreaterThan(1e-2);
  });

  it.each([0, -1e-5, Number.NaN, Number.POSITIVE_INFINITY])("refuses an epsilon of %d", (epsilon) => {
    expect(() => buildDerived(PUBLISHED, { ...tiny, epsilon }, INPUT)).toThrow(/epsilon.*a number above 0/);
  });

  it("refuses to evaluate before it has statistics", () => {
    expect(() =>
      tidy(() => {
        network.forward(x(), uploadWeights(network.parameters, state), { training: false, statistics: new Map() });
      }),
    ).toThrow(/statistics\.stem\.norm/);
  });

  it("trains its auxiliary head, where it has one, at 2/3 of the depth", () => {
    const helped = buildDerived(PUBLISHED, { ...tiny, auxiliary: true }, { ...INPUT, height: 32, width: 32 });
    const start = helped.initialState(1);
    tidy(() => {
      const weights = uploadWeights(helped.parameters, start);
      const input = images(2, 32, 3);
      const names = [...weights.keys()].filter((name) => name.startsWith("auxiliary."));
      const { grads } = tfjs().gradients<Tensor>(
        () => {
          const { auxiliary } = helped.forward(input, weights, training());
          if (auxiliary === null) throw new Error("it has an auxiliary head");
          return lossOf(auxiliary, [0, 1, 2]).value;
        },
        [...weights.values()],
        undefined,
        true,
      );
      const reached = [...weights.keys()].filter((_, i) => grads[i]?.dataSync().some((value) => value !== 0));
      expect(reached).toEqual(expect.arrayContaining([...names, "stem.conv"]));
      expect(reached).not.toContain("classifier.weight");
      expect(helped.forward(input, weights, training()).logits.shape).toEqual([3, 1, 1, 3]);
    });
  });
});
