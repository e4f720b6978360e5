import { darts, fullSpace, nasBench201, PUBLISHED, preset, type Spec, stream, type Tensors } from "@bnas/search";
import { grads, type Tensor, type Tensor4D, tensor, tidy } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { supernetCost } from "../src/cost/cost.js";
import { initialState, parametersOf } from "../src/cost/parameters.js";
import { type Engine, openEngine } from "../src/engine/engine.js";
import { tensorLayers } from "../src/engine/tensor-layers.js";
import { buildDerived, evaluateModel, evaluateSample, linkCosts, withoutProjections } from "../src/index.js";
import { isProjection } from "../src/paper/projection.js";
import { differentiate, forwardLoss } from "../src/train/step.js";
import { openTraining } from "../src/train/training.js";
import { batchesOf, INPUT, NORMALIZATION, networkOf, noise, problemWith, specWith } from "./builders.js";

// Networks of `binarizer: pcnn`. What one convolution computes, and its gradients, are compared with the oracle of @bnas/kernels.

const pcnn = (rest: Partial<Omit<Spec, "network">> = {}, cells = 3): Spec =>
  specWith({ cells }, { binarizer: "pcnn", ...rest });
const spec = pcnn();
const start = initialState(spec, INPUT);

/** A state whose projections are drawn: of most planes some elements are below 0, of many the mean. */
const drawn = (state: Tensors): Tensors =>
  new Map(
    [...state].map(([name, { shape, values }]) => {
      const { gaussian } = stream(17, name);
      return [name, { shape, values: isProjection(name) ? values.map(() => gaussian()) : values }];
    }),
  );

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("wasm");
  await engine.activate();
});

describe("the projections of a supernet", () => {
  const parameters = parametersOf(spec, INPUT, fullSpace(darts));

  it("are one beside each tensor of 1-bit weights: a plane of their kernel, which begins as 1", () => {
    const shapes = new Map(parameters.map(({ name, shape }) => [name, shape]));
    expect(shapes.get("cell.0.edge.2-4.sep_conv_5x5.0.depthwise.projection")).toEqual([5, 5]);
    expect(shapes.get("cell.0.edge.2-4.sep_conv_5x5.0.pointwise.projection")).toEqual([1, 1]);
    expect(parameters.filter(({ name }) => isProjection(name)).map(({ name }) => name)).toEqual(
      parameters.filter(({ bits }) => bits === 1).map(({ name }) => `${name}.projection`),
    );
    for (const [name, { values }] of start) if (isProjection(name)) expect(new Set(values)).toEqual(new Set([1]));
    expect(shapes.has("stem.conv.projection")).toBe(false);
  });

  it("leave the other tensors as a search by XNOR begins with them", () => {
    const others = [...start].filter(([name]) => !isProjection(name));
    expect(new Map(others)).toEqual(initialState(specWith({ cells: 3 }), INPUT));
  });

  it("are counted as parameters, and cost an answered network no bit and no multiply-add", () => {
    const [projected, plain] = [supernetCost(spec, INPUT), supernetCost(specWith({ cells: 3 }), INPUT)];
    const own = parameters.filter(({ name }) => isProjection(name));
    const values = own.reduce((sum, { shape }) => sum + (shape[0] ?? 0) * (shape[1] ?? 0), 0);
    expect(own.length).toBeGreaterThan(100);
    expect(projected.total - plain.total).toBe(values);
    // The scale of each tensor is there in both: 32 bits.
    expect(projected.bits).toBe(plain.bits);
    expect(projected.oneBit).toBe(plain.oneBit);
    expect(projected.multiplyAdds).toBe(plain.multiplyAdds);
    expect(projected.oneBitMultiplyAdds).toBe(plain.oneBitMultiplyAdds);
  });

  it("add nothing to the budget of a derived network", () => {
    const options = { cells: 3, channels: 4, stem: "cifar", binarize: "weights", auxiliary: false } as const;
    expect(linkCosts({ ...options, binarizer: "pcnn" }, INPUT).of("normal", 0, "sep_conv_3x3")).toEqual(
      linkCosts(options, INPUT).of("normal", 0, "sep_conv_3x3"),
    );
  });
});

describe("a network of pcnn", () => {
  it.each(["weights", "weights+activations"] as const)(
    "computes, to the last bit, as one of xnor whose weights have the signs of the projected ones: %s",
    (binarize) => {
      const state = drawn(start);
      const batch = noise(4, 1);
      const { loss } = forwardLoss(problemWith(pcnn({ binarize })), batch, state);
      const folded = withoutProjections(state);
      expect([...folded.keys()].some(isProjection)).toBe(false);
      expect(forwardLoss(problemWith(specWith({ cells: 3 }, { binarize })), batch, folded).loss).toBe(loss);
      expect(forwardLoss(problemWith(specWith({ cells: 3 }, { binarize })), batch, start).loss).not.toBe(loss);
    },
  );

  it("has a gradient for every one of its tensors, the same when it is computed part by part", () => {
    const problem = problemWith(spec);
    const whole = differentiate(problem, noise(4, 1), drawn(start), "weights", 0.1);
    const byPart = differentiate(problem, noise(4, 1), drawn(start), "weights", 0.1, true);
    expect([...whole.gradients.keys()]).toEqual(problem.trace.parameters.map(({ name }) => name));
    for (const [name, values] of whole.gradients) {
      const most = Math.max(...values.map(Math.abs));
      const off = values.map((value, i) => Math.abs(value - (byPart.gradients.get(name)?.[i] ?? Number.NaN)));
      expect(most, name).toBeGreaterThan(0);
      expect(Math.max(...off), name).toBeLessThanOrEqual(1e-5 * most);
    }
  });

  it("has the gradients of a 3x3 convolution that the formulas give", () => {
    const shape = [3, 3, 2, 3] as const;
    const numbers = (name: string, of: readonly number[]): Tensor => {
      const { gaussian } = stream(23, name);
      const length = of.reduce((product, side) => product * side, 1);
      return tensor(
        Float32Array.from({ length }, () => Math.fround(gaussian())),
        [...of],
      );
    };
    const [x, w, p] = [numbers("x", [2, 4, 4, 2]), numbers("w", shape), numbers("p", [3, 3])];
    const dy = () => numbers("dy", [2, 4, 4, 3]); // TensorFlow.js disposes of it.
    const rate = 100; // So large that its part of the projection loss is seen.
    const convolve =
      (weight: "xnor" | "real") =>
      (image: Tensor, weights: Tensor, projection: Tensor): Tensor => {
        const of = (name: string) => (name === "w" ? weights : projection);
        const net = tensorLayers(spec, of, rate);
        return net.conv3x3("w", image as Tensor4D, { out: 3, stride: 1, input: "relu", weight });
      };
    const [dw = [], dp = []] = tidy(() =>
      grads(convolve("xnor"))([x, w, p], dy())
        .slice(1)
        .map((one) => [...one.dataSync()]),
    );
    const [weights, plane] = [[...w.dataSync()], [...p.dataSync()]];
    const scale = weights.reduce((sum, value) => sum + Math.abs(value), 0) / weights.length;
    const mean = plane.reduce((sum, value) => sum + value, 0);
    const q = weights.map((value) => (mean * value >= 0 ? scale : -scale));
    // The gradient of the loss at what the convolution computes with: that of a convolution of real weights.
    const real = (weight: Tensor) => convolve("real")(x, weight, p);
    const d = tidy(() => [...(grads(real)([tensor(q, [...shape])], dy())[0]?.dataSync() ?? [])]);
    const expected = { dw: weights.map(() => 0), dp: plane.map(() => 0) };
    weights.forEach((value, i) => {
      const place = Math.floor(i / 6);
      const [factor, along] = [plane[place] ?? 0, d[i] ?? 0];
      const through = Math.abs(factor * value) <= 1 ? along : 0;
      const moved = value + rate * along;
      const off = factor * moved - (q[i] ?? 0);
      expected.dw[i] = factor * through + 1e-4 * factor * off;
      expected.dp[place] = (expected.dp[place] ?? 0) + value * through + 1e-4 * moved * off;
    });
    for (const [actual, wanted] of [
      [dw, expected.dw],
      [dp, expected.dp],
    ] as const) {
      const most = Math.max(...wanted.map(Math.abs));
      wanted.forEach((value, i) => {
        expect(Math.abs((actual[i] ?? Number.NaN) - value)).toBeLessThan(1e-5 * most);
      });
    }
  });

  it("is a network of any space: NAS-Bench-201 has 3x3 convolutions of all channels", () => {
    const own = pcnn({ space: "nas-bench-201" }, 5);
    const names = parametersOf(own, INPUT, fullSpace(nasBench201)).map(({ name }) => name);
    expect(names.some((name) => name.endsWith("nor_conv_3x3.conv.projection"))).toBe(true);
    const problem = problemWith(own, fullSpace(nasBench201));
    const { loss, gradients } = differentiate(problem, noise(4, 1), initialState(own, INPUT), "weights", 0.1);
    expect(loss).toBeGreaterThan(0);
    expect([...gradients.keys()]).toEqual(names);
  });
});

describe("a step of a network of pcnn", () => {
  const stepped = (weights: Partial<Spec["weights"]>, rate = 0.1) => {
    const own = pcnn({ weights: { ...spec.weights, ...weights } });
    const training = openTraining(engine, problemWith(own), drawn(start));
    training.weightStep(noise(4, 1), rate);
    return training.changed();
  };
  const name = "cell.0.edge.0-2.dil_conv_3x3.depthwise";

  it("moves projections as well, with a momentum of their own, which the checkpoint keeps", () => {
    const changed = stepped({});
    for (const one of [`${name}.projection`, `momentum/${name}.projection`]) expect(changed.has(one)).toBe(true);
    expect(changed.get(`${name}.projection`)).not.toEqual(drawn(start).get(`${name}.projection`));
  });

  it("takes its own rate into the projection loss: after the first step the momentum is the gradient at that rate", () => {
    const momentum = (rate: number) => stepped({ clip: 1e6, decay: 0 }, rate).get(`momentum/${name}`)?.values;
    const gradient = (rate: number) =>
      differentiate(problemWith(spec), noise(4, 1), drawn(start), "weights", rate).gradients.get(name);
    for (const rate of [0.1, 10]) expect(momentum(rate)).toEqual(gradient(rate));
    expect(gradient(10)).not.toEqual(gradient(0.1));
  });

  it("lets no projection decay: all signs would change where its mean crosses 0", () => {
    const [none, much] = [stepped({ decay: 0 }), stepped({ decay: 0.5 })];
    expect(much.get(`${name}.projection`)).toEqual(none.get(`${name}.projection`));
    expect(much.get(name)).not.toEqual(none.get(name));
  });

  it("gives the same bits again", () => {
    expect(stepped({})).toEqual(stepped({}));
  });
});

describe("a checkpoint of another binarizer", () => {
  const options = { cells: 3, channels: 4, stem: "cifar", binarize: "weights", auxiliary: false } as const;
  const shared = { input: INPUT, normalization: NORMALIZATION };
  const evaluated = (binarizer: Spec["binarizer"], of: Spec["binarizer"]) => {
    const network = buildDerived(PUBLISHED, { ...options, binarizer }, INPUT);
    const state = buildDerived(PUBLISHED, { ...options, binarizer: of }, INPUT).initialState(1);
    return evaluateModel(engine, { ...shared, network, state, batches: batchesOf(noise(4, 1)) });
  };
  const sampled = (binarizer: Spec["binarizer"], of: Spec["binarizer"], binarize: Spec["binarize"] = "weights") =>
    evaluateSample(engine, {
      ...shared,
      spec: specWith({ cells: 3 }, { binarizer, binarize }),
      network: networkOf(3),
      state: initialState(specWith({ cells: 3 }, { binarizer: of }), INPUT),
      batches: batchesOf(noise(4, 1)),
    });

  it("is refused by its tensor: one of pcnn where the spec says xnor, whose signs would be others", async () => {
    await expect(evaluated("xnor", "pcnn")).rejects.toThrow(
      /projection: .*binarizer xnor, and this checkpoint is of pcnn/,
    );
    await expect(sampled("xnor", "pcnn")).rejects.toThrow(/spec\.binarizer: pcnn/);
  });

  it("is refused by its tensor: one of xnor where the spec says pcnn", async () => {
    await expect(evaluated("pcnn", "xnor")).rejects.toThrow(/projection: "missing".*with its own spec/);
    await expect(sampled("pcnn", "xnor")).rejects.toThrow(/projection: "missing".*with its own spec/);
  });

  it("is read by the full-precision twin of a sample, which projects nothing", async () => {
    expect((await sampled("pcnn", "pcnn", "none")).total).toBe(4);
    expect(preset("smoke").binarizer).toBe("xnor");
  });
});
