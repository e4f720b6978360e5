import { type InvalidInput, isInvalidInput } from "@bnas/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  countJobs,
  type PartialSpec,
  PRESET_NAMES,
  parseSpec,
  planJobs,
  preset,
  SPEC_FIELDS,
  type Spec,
  specKeys,
  specSchema,
} from "../src/index.js";

const refusal = (input: unknown): InvalidInput => {
  try {
    parseSpec(input);
  } catch (error) {
    if (isInvalidInput(error)) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(input)} was not refused`);
};

describe("a spec", () => {
  it("is the paper's search for CIFAR-10 on the built-in images when nothing is given", () => {
    const spec = parseSpec({});
    expect(spec).toMatchObject({ dataset: "shapes:", strategy: "bnas", sample: "half" });
    expect(spec).toMatchObject({ binarize: "weights", binarizer: "xnor" });
    expect(spec.network).toEqual({ cells: 8, channels: 16, partial: 2, stem: "cifar" });
    expect(spec.warmup).toEqual({ epochs: 5, batch: 128, strengthsFrom: 0 });
    expect(spec.reduction).toEqual({ passes: 3, batch: 400, settleEpochs: 1, untrained: 0 });
    expect(spec.weights).toEqual({ rate: 0.025, leastRate: 0, momentum: 0.9, decay: 5e-4, clip: 5 });
    expect(spec.strengths).toEqual({ rate: 0.01, beta1: 0.5, beta2: 0.999, decay: 1e-3 });
    expect(spec.data).toMatchObject({ reductionImages: 5000, cropPadding: 4, flip: true });
  });

  it("takes from the preset only what is not given, of any depth", () => {
    const spec = parseSpec({ preset: "smoke", seed: 9, network: { cells: 5 } });
    expect(spec).toEqual({ ...preset("smoke"), seed: 9, network: { ...preset("smoke").network, cells: 5 } });
  });

  it("treats what is undefined as left out", () => {
    expect(parseSpec({ preset: undefined, seed: undefined, network: { cells: undefined } })).toEqual(parseSpec({}));
  });

  it("gives every preset back unchanged, and each is complete and keeps every rule", () => {
    for (const name of PRESET_NAMES) {
      const spec = parseSpec({ preset: name });
      expect(spec).toEqual(preset(name));
      expect(parseSpec(spec)).toEqual(spec);
    }
  });

  it("gives itself when it is parsed again, whatever was given", () => {
    const given: fc.Arbitrary<PartialSpec> = fc.record(
      {
        strategy: fc.constantFrom<Spec["strategy"]>("bnas", "pc-darts", "random"),
        seed: fc.nat(),
        warmup: fc.record({ epochs: fc.integer({ min: 20, max: 90 }) }),
        network: fc.record({ cells: fc.integer({ min: 2, max: 32 }) }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(given, fc.constantFrom(...PRESET_NAMES), (partial, name) => {
        const spec = parseSpec({ preset: name, ...partial });
        expect(parseSpec(spec)).toEqual(spec);
        expect(specSchema.parse(spec)).toEqual(spec);
      }),
    );
  });

  it("has numbers of its own for PC-DARTS in the preset cifar10, unless they are given", () => {
    expect(parseSpec({ strategy: "pc-darts" })).toMatchObject({
      warmup: { epochs: 50, strengthsFrom: 15, batch: 256 },
      weights: { rate: 0.1, momentum: 0.9 },
    });
    expect(parseSpec({ strategy: "pc-darts", warmup: { epochs: 20 } }).warmup).toEqual({
      epochs: 20,
      strengthsFrom: 15,
      batch: 256,
    });
    expect(parseSpec({ strategy: "pc-darts", preset: "smoke" }).warmup).toEqual(preset("smoke").warmup);
  });

  it("searches ImageNet with its stem at 224 pixels, on random-resized crops in random colours", () => {
    expect(parseSpec({ preset: "imagenet" })).toMatchObject({
      network: { stem: "imagenet" },
      data: { imageSize: 224, cropPadding: 0, cropArea: 0.08, jitter: 0.4, hue: 0.2, digest: "files" },
      train: { cropPadding: 0, cropArea: 0.08, jitter: 0.4, hue: 0.2 },
    });
  });
});

describe("a spec that cannot be used", () => {
  it.each([
    [{ network: { cell: 3 } }, "spec.network.cell", "network.cells"],
    [{ netwrok: {} }, "spec.netwrok", "spec.network"],
    [{ cells: 3 }, "spec.cells", "spec.network.cells"],
    [{ presets: "smoke" }, "spec.presets", "spec.preset"],
    [{ preset: "cifer" }, "spec.preset", "cifar10"],
    [{ preset: "toString" }, "spec.preset", "smoke"],
    [{ strategy: "pcdarts" }, "spec.strategy", "pc-darts"],
    [{ binarize: "weight" }, "spec.binarize", "weights"],
    [{ binarizer: "pccn" }, "spec.binarizer", "pcnn"],
    [{ sample: "al" }, "spec.sample", "all"],
    [{ network: { stem: "imagnet" } }, "spec.network.stem", "imagenet"],
    [{ data: { digest: "file" } }, "spec.data.digest", "files"],
    [{ data: { cropArea: 0.08 } }, "spec.data.cropPadding", "data.cropPadding: 0"],
    [{ train: { cropArea: 0.08 } }, "spec.train.cropPadding", "train.cropPadding: 0"],
    [{ conventions: { xnor: "chanel" } }, "spec.conventions.xnor", "channel"],
    [{ conventions: { stemNorm: "afine" } }, "spec.conventions.stemNorm", "affine"],
    [{ conventions: { reductionImages: "disjointed" } }, "spec.conventions.reductionImages", "disjoint"],
    [JSON.parse('{"__proto__": {"seed": 1}}'), "spec.__proto__", "Did you mean"],
  ])("names the field and the nearest known word: %j", (input, field, near) => {
    const error = refusal(input);
    expect(error.field).toBe(field);
    expect(error.hint).toContain(near);
  });

  it.each([
    [{ network: { cells: 33 } }, "spec.network.cells", "a whole number from 2 to 32", "8"],
    [{ network: { cells: 2.5 } }, "spec.network.cells", "a whole number from 2 to 32", "8"],
    [{ network: { cells: "8" } }, "spec.network.cells", "a whole number from 2 to 32", "8"],
    [{ network: { cells: null } }, "spec.network.cells", "a whole number from 2 to 32", "8"],
    [{ network: 3 }, "spec.network", "an object of cells, channels, partial, stem", "network:"],
    [{ seed: -1 }, "spec.seed", "a whole number from 0 to 4294967295", "0"],
    [{ data: { flip: "yes" } }, "spec.data.flip", "true or false", "true"],
    [{ data: { imageSize: 4 } }, "spec.data.imageSize", "0 or a whole number from 8 to 512", "0"],
    [{ weights: { rate: Number.NaN } }, "spec.weights.rate", "a number from 0.000001 to 10", "0.025"],
    [{ parallel: 9 }, "spec.parallel", "a whole number from 1 to 8", "1"],
    [{ parallel: 0 }, "spec.parallel", "a whole number from 1 to 8", "1"],
    [[], "spec", "an object of spec fields", "docs/spec.md"],
    ["smoke", "spec", "an object of spec fields", "docs/spec.md"],
  ])("says what is allowed: %j", (input, field, allowed, hint) => {
    const error = refusal(input);
    expect(error).toMatchObject({ field, allowed });
    expect(error.hint).toContain(hint);
  });

  it.each([
    [{ network: { partial: 3 } }, "spec.network.partial"],
    [{ network: { channels: 8, partial: 16 } }, "spec.network.partial"],
    [{ data: { imageSize: 30 } }, "spec.data.imageSize"],
    [{ network: { stem: "imagenet" }, data: { imageSize: 48 } }, "spec.data.imageSize"],
    [{ data: { imageSize: 32, cutout: 33 } }, "spec.data.cutout"],
    [{ binarizer: "pcnn", binarize: "none" }, "spec.binarizer"],
    [{ binarizer: "pcnn", conventions: { xnor: "channel" } }, "spec.conventions.xnor"],
    [{ data: { limit: 400 } }, "spec.data.reductionImages"],
    [{ preset: "smoke", warmup: { batch: 401 } }, "spec.warmup.batch"],
    [{ preset: "smoke", reduction: { batch: 401 } }, "spec.reduction.batch"],
    [{ preset: "smoke", conventions: { reductionImages: "disjoint" }, warmup: { batch: 301 } }, "spec.warmup.batch"],
    [{ weights: { leastRate: 0.03 } }, "spec.weights.leastRate"],
    [{ warmup: { strengthsFrom: 6 } }, "spec.warmup.strengthsFrom"],
    [{ warmup: { strengthsFrom: 5 } }, "spec.warmup.strengthsFrom"],
    [{ strategy: "pc-darts", warmup: { strengthsFrom: 50 } }, "spec.warmup.strengthsFrom"],
    [{ supernet: "paths" }, "spec.supernet"],
    [{ supernet: "paths", strategy: "pc-darts", sample: "all" }, "spec.supernet"],
    [{ warmup: { epochs: 0 } }, "spec.warmup.epochs"],
    [{ strategy: "pc-darts", warmup: { epochs: 0, strengthsFrom: 0 } }, "spec.warmup.epochs"],
  ])("breaks a rule between fields: %j", (input, field) => {
    expect(refusal(input).field).toBe(field);
  });

  it("has a path of names: one with a dot in it is one name", () => {
    expect(refusal({ "data.limit": 100 }).path).toEqual(["spec", "data.limit"]);
    expect(refusal({ data: { imagesize: 8 } }).path).toEqual(["spec", "data", "imagesize"]);
    expect(refusal({ data: { imageSize: 4 } }).path).toEqual(["spec", "data", "imageSize"]);
  });

  it("is not refused for what its strategy does not use", () => {
    expect(parseSpec({ strategy: "random", warmup: { epochs: 0 } }).warmup.epochs).toBe(0);
    expect(parseSpec({ sample: "all", warmup: { strengthsFrom: 5 } }).warmup.strengthsFrom).toBe(5);
    expect(parseSpec({ sample: "all", supernet: "paths" }).supernet).toBe("paths");
    expect(parseSpec({ strategy: "posterior", supernet: "paths" }).supernet).toBe("paths");
    expect(parseSpec({ strategy: "pc-darts", preset: "smoke", reduction: { batch: 401 } }).reduction.batch).toBe(401);
  });
});

describe("the fields of a spec", () => {
  it("are the leaves of every complete spec, each with its range and meaning", () => {
    const leaves = Object.entries(parseSpec({})).flatMap(([key, value]) =>
      value !== null && typeof value === "object" ? Object.keys(value).map((inner) => `${key}.${inner}`) : [key],
    );
    expect(specKeys).toEqual(leaves);
    for (const { allowed, meaning } of SPEC_FIELDS) expect([allowed, meaning]).not.toContain("");
  });
});

describe("the plan of a search", () => {
  it("has 5 + 57 + 6 training jobs in the paper's search for CIFAR-10", () => {
    const jobs = planJobs(parseSpec({}));
    expect(jobs.filter((job) => job.kind === "sample")).toHaveLength(57);
    expect(jobs.filter((job) => job.kind === "epoch" && job.stage === "warmup")).toHaveLength(5);
    expect(jobs.filter((job) => job.kind === "epoch" && job.stage === "settle")).toHaveLength(6);
    expect(countJobs(parseSpec({}))).toBe(68);
  });

  it("samples every operation when all are asked for: 8 + 7 + ... + 2 a pass", () => {
    expect(countJobs(parseSpec({ sample: "all" }))).toBe(5 + 3 * 35 + 6);
  });

  it("has the warm-up alone for PC-DARTS and nothing for random", () => {
    expect(countJobs(parseSpec({ strategy: "pc-darts" }))).toBe(50);
    expect(countJobs(parseSpec({ strategy: "random" }))).toBe(0);
  });
});
