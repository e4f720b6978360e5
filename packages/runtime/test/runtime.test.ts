import { compact, encodeBnn, lower, type Model, runGraph } from "@bnas/model";
import { darts, nasBench201, PUBLISHED } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { genotypeOf, imagesFor, modelWith } from "../../model/test/builders.js";
import { DamagedFile, load } from "../src/index.js";

const BINARIZE = ["none", "weights", "weights+activations"] as const;

/** A loaded model, and the reference's logits. */
const both = async (model: Model, count = 2) => {
  const graph = compact(lower(model));
  const images = imagesFor(graph, count);
  const network = await load(encodeBnn(graph));
  return { network, found: network.logits(images), expected: runGraph(graph, images) };
};

const models = (binarize: Model["network"]["binarize"]): readonly (readonly [string, Model])[] => [
  ...[1, 2, 3, 4, 5, 6].map(
    (seed) =>
      [
        `random genotype ${seed}`,
        modelWith({ genotype: genotypeOf(darts, seed), network: { binarize, channels: 3 + seed }, seed }),
      ] as const,
  ),
  [
    "the authors' genotype at 16x16",
    modelWith({ network: { binarize, channels: 36 }, input: { height: 16, width: 16, channels: 3 } }),
  ],
  [
    "images that are 12 pixels high and 20 wide, of 1 channel",
    modelWith({
      network: { binarize },
      input: { height: 12, width: 20, channels: 1 },
      normalization: { mean: [0.5], std: [0.2] },
    }),
  ],
  [
    "the stem of ImageNet",
    modelWith({
      genotype: PUBLISHED,
      network: { binarize, stem: "imagenet" },
      input: { height: 32, width: 64, channels: 3 },
    }),
  ],
  [
    "NAS-Bench-201",
    modelWith({ genotype: genotypeOf(nasBench201, 5), space: nasBench201, network: { binarize, cells: 5 } }),
  ],
  [
    "convolutions of 3x3 by signs",
    modelWith({
      genotype: {
        cell: [
          ["nor_conv_3x3", 0],
          ["nor_conv_3x3", 0],
          ["nor_conv_1x1", 1],
          ["nor_conv_3x3", 0],
          ["avg_pool_3x3", 1],
          ["nor_conv_3x3", 2],
        ],
        cell_concat: [3],
      },
      space: nasBench201,
      network: { binarize, cells: 5, channels: 40 },
    }),
  ],
];

describe("the runtime", () => {
  for (const binarize of BINARIZE) {
    it.each(models(binarize))(`gives the logits of the reference, ${binarize}: %s`, async (_, model) => {
      const { found, expected } = await both(model);
      expect(found.length).toBe(expected.length);
      for (const [i, logit] of expected.entries())
        expect(Math.abs(logit - (found[i] ?? Number.NaN))).toBeLessThan(1e-4);
    });
  }

  it.each(models("weights+activations"))(
    "gives the same bits as the reference where all is signs: %s",
    async (_, model) => {
      const { found, expected } = await both(model);
      expect(found).toEqual(expected);
    },
  );

  const model = modelWith({ network: { binarize: "weights+activations" } });
  const loaded = async () => load(encodeBnn(compact(lower(model))));

  it("computes an image of a batch as it does alone", async () => {
    const network = await loaded();
    const images = imagesFor(model, 3);
    const size = images.length / 3;
    const alone = [0, 1, 2].flatMap((i) => [...network.logits(images.subarray(i * size, (i + 1) * size))]);
    expect([...network.logits(images)]).toEqual(alone);
  });

  it("computes networks side by side, each with a memory of its own", async () => {
    const images = imagesFor(model, 1);
    const [one, other] = [await loaded(), await load(encodeBnn(compact(lower(modelWith({ seed: 2 })))))];
    const [first, second] = [one.logits(images), other.logits(images)];
    expect(first).not.toEqual(second);
    expect(one.logits(images)).toEqual(first);
  });

  it("classifies pixels: normalized as in training, with the probabilities of all classes", async () => {
    const network = await loaded();
    const { mean, std } = network.normalization;
    const pixels = Uint8Array.from({ length: 192 }, (_, i) => (i * 37) % 256);
    const images = Float32Array.from(pixels, (pixel, i) => (pixel / 255 - (mean[i % 3] ?? 0)) / (std[i % 3] ?? 1));
    const logits = network.logits(images);
    const found = network.classify(pixels);
    expect(found.probabilities.reduce((sum, one) => sum + one)).toBeCloseTo(1, 10);
    expect(found.class).toBe(network.classes[logits.indexOf(Math.max(...logits))]);
    const [a = 0, b = 0] = found.probabilities;
    expect(Math.log(a / b)).toBeCloseTo((logits[0] ?? 0) - (logits[1] ?? 0), 5);
  });

  it("refuses images of another shape, and says the right one", async () => {
    const network = await loaded();
    expect(() => network.logits(new Float32Array(191))).toThrow("it takes 8x8x3 for each image");
    expect(() => network.logits(new Float32Array())).toThrow("it takes 8x8x3 for each image");
    expect(() => network.classify(new Uint8Array(384))).toThrow("it takes 8x8x3 for each image");
  });

  it("refuses what is no bnn file before it starts", async () => {
    await expect(load(new Uint8Array(100))).rejects.toThrow(DamagedFile);
  });
});
