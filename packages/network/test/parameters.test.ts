import { darts, fullSpace, preset } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { supernetCost } from "../src/cost/cost.js";
import { initialState, parametersOf, tensorNames } from "../src/cost/parameters.js";
import { stackOf } from "../src/paper/networks.js";
import { conventionsWith, everywhere, INPUT, networkOf, specWith } from "./builders.js";

const sizeOf = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1);

describe("the parameters of the supernet", () => {
  it("have names that say where they are", () => {
    const names = parametersOf(specWith({ cells: 3 }), INPUT, fullSpace(darts)).map(({ name }) => name);
    for (const name of [
      "stem.conv",
      "cell.0.preprocess.0.pointwise",
      "cell.2.preprocess.0.pointwise.0",
      "cell.2.preprocess.0.pointwise.1",
      "cell.0.edge.2-4.sep_conv_3x3.0.depthwise",
      "cell.0.edge.2-4.sep_conv_3x3.1.pointwise",
      "cell.1.edge.0-2.skip_connect.pointwise.1",
      "cell.2.edge.4-5.dil_conv_5x5.depthwise",
      "classifier.weight",
      "classifier.bias",
    ]) {
      expect(names).toContain(name);
    }
    expect(new Set(names).size).toBe(names.length);
  });

  it("of a cell are as many as its operations need, counted by hand", () => {
    const spec = specWith({ cells: 3, channels: 8, partial: 2 });
    const perCell = (cell: number) =>
      parametersOf(spec, INPUT, fullSpace(darts))
        .filter(({ name }) => name.startsWith(`cell.${cell}.edge.`))
        .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    // c channels pass: sep kxk has 2 (kkc + cc), dil kxk has kkc + cc, with k 3 and 5; a halving skip has cc.
    const edge = (c: number) => 2 * (9 * c + c * c) + 2 * (25 * c + c * c) + (9 * c + c * c) + (25 * c + c * c);
    expect(perCell(0)).toBe(14 * edge(4));
    expect(perCell(1)).toBe(14 * edge(8) + 8 * 8 * 8); // 8 edges leave the inputs.
  });

  it("are 1-bit but for stem, classifier and what preprocesses after a reduction", () => {
    const full = parametersOf(specWith({ cells: 4 }, { binarize: "weights" }), INPUT, fullSpace(darts))
      .filter(({ bits }) => bits === 32)
      .map(({ name }) => name);
    expect(full).toEqual([
      "stem.conv",
      "cell.2.preprocess.0.pointwise.0",
      "cell.2.preprocess.0.pointwise.1",
      "cell.3.preprocess.0.pointwise.0",
      "cell.3.preprocess.0.pointwise.1",
      "classifier.weight",
      "classifier.bias",
    ]);
    const twin = parametersOf(specWith({ cells: 4 }, { binarize: "none" }), INPUT, fullSpace(darts));
    expect(twin.filter(({ bits }) => bits === 1)).toEqual([]);
  });
});

describe("conventions of the spec", () => {
  const cost = (some: Parameters<typeof conventionsWith>[0]) =>
    supernetCost(specWith({ cells: 3 }, conventionsWith(some)), INPUT);
  const parameters = parametersOf(specWith({ cells: 3 }), INPUT, fullSpace(darts));

  it("xnor: channel stores a scale for each output channel, where there was one a tensor", () => {
    const oneBit = parameters.filter(({ bits }) => bits === 1);
    const channels = oneBit.reduce((sum, { shape }) => sum + (shape.at(-1) ?? 0), 0);
    const [tensor, channel] = [cost({ xnor: "tensor" }), cost({ xnor: "channel" })];
    expect(channel.bits - tensor.bits).toBe(32 * (channels - oneBit.length));
    expect(channel.total).toBe(tensor.total);
  });

  it("stemNorm: affine adds a scale and a shift of the stem's channels, which start at 1 and 0, and no others", () => {
    const spec = specWith({ cells: 3 }, conventionsWith({ stemNorm: "affine" }));
    const names = parametersOf(spec, INPUT, fullSpace(darts)).map(({ name }) => name);
    const before = parameters.map(({ name }) => name);
    expect(names.filter((name) => !before.includes(name))).toEqual(["stem.norm.scale", "stem.norm.shift"]);
    const state = initialState(spec, INPUT);
    expect([...new Set(state.get("stem.norm.scale")?.values)]).toEqual([1]);
    expect([...new Set(state.get("stem.norm.shift")?.values)]).toEqual([0]);
    expect(state.get("stem.conv")).toEqual(initialState(specWith({ cells: 3 }), INPUT).get("stem.conv"));
  });
});

describe("the first state of a search", () => {
  it("depends on the seed and the name of each tensor alone", () => {
    const wide = initialState(specWith({ cells: 3 }, { seed: 5 }), INPUT);
    const again = initialState(specWith({ cells: 3 }, { seed: 5, binarize: "none" }), INPUT);
    expect(again).toEqual(wide);
    const fewer = initialState(specWith({ cells: 2 }, { seed: 5 }), INPUT);
    expect(fewer.get("stem.conv")).toEqual(wide.get("stem.conv"));
    expect(initialState(specWith({ cells: 3 }, { seed: 6 }), INPUT).get("stem.conv")).not.toEqual(
      wide.get("stem.conv"),
    );
  });

  it("draws weights within the bound of their fan-in, and strengths near zero", () => {
    const state = initialState(specWith({ cells: 2, channels: 16 }), INPUT);
    const most = (name: string) => Math.max(...(state.get(name)?.values ?? []).map(Math.abs));
    expect(most("stem.conv")).toBeLessThanOrEqual(1 / Math.sqrt(27));
    expect(most("stem.conv")).toBeGreaterThan(0.9 / Math.sqrt(27));
    expect(most("cell.0.edge.0-2.sep_conv_5x5.0.depthwise")).toBeLessThanOrEqual(1 / 5);
    expect(most("alpha.normal")).toBeLessThan(0.01);
    expect(state.get("alpha.reduce")?.shape).toEqual([14, 8]);
    expect(state.get("beta.normal")?.shape).toEqual([14]);
  });

  it("holds all that a job reads, but for what the optimizers add", () => {
    const spec = specWith();
    const state = initialState(spec, INPUT);
    const missing = tensorNames(spec, INPUT, fullSpace(darts), { strengths: true }).filter((name) => !state.has(name));
    expect(missing.every((name) => /^(momentum\/|adam\.)/.test(name))).toBe(true);
  });
});

describe("the names that a job reads", () => {
  const spec = specWith();

  it("are of a sample's own operations, and without the optimizer if it does not train", () => {
    const names = tensorNames(spec, INPUT, networkOf(1, everywhere("dil_conv_3x3")), {
      strengths: true,
      optimizer: false,
    });
    expect(names.some((name) => name.includes("dil_conv_3x3"))).toBe(true);
    expect(names.some((name) => /sep_conv|dil_conv_5x5|skip_connect|momentum|adam/.test(name))).toBe(false);
    expect(names).toContain("beta.reduce");
  });

  it("are with Adam's state for the supernet, not for a sample, whose strengths stay", () => {
    expect(tensorNames(spec, INPUT, fullSpace(darts), { strengths: true })).toContain("adam.variance/beta.normal");
    expect(tensorNames(spec, INPUT, networkOf(1), { strengths: true })).not.toContain("adam.step");
    expect(tensorNames(spec, INPUT, networkOf(1), { strengths: false })).not.toContain("beta.normal");
  });
});

describe("the stack of cells", () => {
  it("has its reduction cells at 1/3 and 2/3 of the depth, and doubles the channels there", () => {
    const { cells } = stackOf({ cells: 8, channels: 16, stem: "cifar" }, { ...INPUT, height: 32, width: 32 });
    expect(cells.map(({ kind }) => kind[0])).toEqual([..."nnrnnrnn"]);
    expect(cells.map(({ channels }) => channels)).toEqual([16, 16, 32, 32, 32, 64, 64, 64]);
    expect(cells.map(({ reducedBefore }) => reducedBefore)).toEqual([
      false,
      false,
      false,
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  it("is refused for images that do not halve evenly, with a size that does", () => {
    const stack = (side: number, stem: "cifar" | "imagenet") => () =>
      stackOf({ cells: 8, channels: 16, stem }, { ...INPUT, height: side, width: side });
    expect(stack(30, "cifar")).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    expect(stack(30, "cifar")).toThrow(/Set data\.imageSize to 32/);
    expect(stack(28, "cifar")).not.toThrow();
    expect(stack(224, "imagenet")).not.toThrow();
    expect(stack(225, "imagenet")).toThrow(/multiples of 32/);
  });
});

describe("the cost", () => {
  it("counts the multiply-adds of an image by hand", () => {
    const spec = specWith({ cells: 2, channels: 4, partial: 2 });
    const skips = supernetCost(spec, INPUT, everywhere("none"));
    // Stem 27*12 at 8x8; cell 0 (8 channels) reads 12 channels twice at 8x8; cell 1 (16 channels) reads 12 channels at
    // 8x8 by a halving preprocess and 32 at 4x4; the classifier reads 64.
    const expected = 64 * 27 * 12 + 64 * 2 * 12 * 8 + 16 * 12 * 16 + 16 * 32 * 16 + 64 * 3;
    expect(skips.multiplyAdds).toBe(expected);
    expect(skips.total).toBe(27 * 12 + 2 * 12 * 8 + 12 * 16 + 32 * 16 + 64 * 3 + 3);
  });

  it("fits the paper's search of CIFAR-10 in the memory of WebAssembly at batch 64", () => {
    const { trainingBytesPerImage } = supernetCost(preset("cifar10"), {
      height: 32,
      width: 32,
      channels: 3,
      classes: 10,
    });
    expect(64 * trainingBytesPerImage).toBeLessThan(2 ** 32);
  });
});
