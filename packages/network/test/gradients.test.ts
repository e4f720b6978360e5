import { darts, stream, type Tensors, type TensorValue } from "@bnas/search";
import { beforeAll, describe, expect, it } from "vitest";
import { initialState } from "../src/cost/parameters.js";
import { openEngine } from "../src/engine/engine.js";
import { strengthGradients } from "../src/paper/mixture.js";
import { differentiate, forwardLoss, type Problem } from "../src/train/step.js";
import { conventionsWith, INPUT, noise, problemWith, specWith } from "./builders.js";

// In `none` mode the network is the function whose gradient it is; the estimators of the binarized modes are the
// gradients of nothing, and are tested against their formulas in @bnas/kernels.

const batch = noise(4, 1);

/** Every tensor along a direction of its own, drawn by its name. */
const direction = (name: string, length: number): Float32Array => {
  const { next } = stream(11, "direction", name);
  return Float32Array.from({ length }, () => (next() < 0.5 ? -1 : 1));
};

const moved = (state: Tensors, name: string, by: number): Tensors => {
  const { shape, values }: TensorValue = state.get(name) ?? { shape: [], values: new Float32Array() };
  const along = direction(name, values.length);
  return new Map([...state, [name, { shape, values: values.map((old, i) => old + by * (along[i] ?? 0)) }]]);
};

/** The slope by two evaluations, a small step to either side: ReLU and max-pooling have kinks everywhere. */
const slope = (problem: Problem, state: Tensors, name: string): number => {
  const step = 2 ** -14;
  const loss = (by: number) => forwardLoss(problem, batch, moved(state, name, by)).loss;
  return (loss(step) - loss(-step)) / (2 * step);
};

const expectSlopes = (
  problem: Problem,
  state: Tensors,
  gradients: ReadonlyMap<string, Float32Array>,
  names: readonly string[],
): void => {
  for (const name of names) {
    const gradient = gradients.get(name) ?? new Float32Array();
    const along = direction(name, gradient.length);
    const byGradient = gradient.reduce((sum, value, i) => sum + value * (along[i] ?? 0), 0);
    const byDifference = slope(problem, state, name);
    expect(gradient.length, name).toBeGreaterThan(0);
    expect(Math.abs(byGradient - byDifference), `${name}: ${byGradient}, by difference ${byDifference}`).toBeLessThan(
      3e-4 + 0.03 * Math.abs(byDifference),
    );
  }
};

beforeAll(async () => {
  await (await openEngine("cpu")).activate();
});

describe("the loss of the supernet", () => {
  it("has the gradients of its weights that finite differences show, from the stem to the classifier", () => {
    const problem = problemWith(specWith({ cells: 2 }, { binarize: "none" }));
    const state = initialState(problem.spec, INPUT);
    const { gradients } = differentiate(problem, batch, state, "weights");
    expectSlopes(problem, state, gradients, [
      "stem.conv",
      "cell.0.preprocess.1.pointwise",
      "cell.1.preprocess.0.pointwise.1",
      "cell.1.preprocess.1.pointwise",
      "classifier.weight",
      "classifier.bias",
    ]);
  });

  it("has the gradients of every operation's weights that finite differences show, in both kinds of cell", () => {
    const problem = problemWith(specWith({ cells: 3 }, { binarize: "none" }));
    const state = initialState(problem.spec, INPUT);
    const { gradients } = differentiate(problem, batch, state, "weights");
    expectSlopes(problem, state, gradients, [
      "cell.0.edge.1-3.sep_conv_3x3.0.depthwise",
      "cell.0.edge.3-4.dil_conv_5x5.pointwise",
      "cell.1.edge.0-2.skip_connect.pointwise.0",
      "cell.1.edge.0-5.sep_conv_5x5.0.depthwise",
      "cell.1.edge.2-5.sep_conv_5x5.1.pointwise",
      "cell.2.edge.1-4.dil_conv_3x3.depthwise",
    ]);
  });

  it("has the gradients of the stem's scale and shift that finite differences show, where its norm is affine", () => {
    const spec = specWith({ cells: 2 }, { binarize: "none", ...conventionsWith({ stemNorm: "affine" }) });
    const problem = problemWith(spec);
    const state = initialState(problem.spec, INPUT);
    const { gradients } = differentiate(problem, batch, state, "weights");
    expectSlopes(problem, state, gradients, ["stem.norm.scale", "stem.norm.shift", "stem.conv"]);
  });

  it("has the gradients of real weights that finite differences show, through 1-bit weights with a scale for each channel", () => {
    const spec = specWith({ cells: 3 }, { binarize: "weights", ...conventionsWith({ xnor: "channel" }) });
    const problem = problemWith(spec);
    const state = initialState(problem.spec, INPUT);
    const { gradients } = differentiate(problem, batch, state, "weights");
    expectSlopes(problem, state, gradients, ["cell.2.preprocess.0.pointwise.0", "classifier.weight"]);
  });

  it("has the gradients of alpha and beta that finite differences show", () => {
    const problem = problemWith(specWith({ cells: 3 }, { binarize: "none" }));
    const state = initialState(problem.spec, INPUT);
    const { gradients } = differentiate(problem, batch, state, "mixtures");
    const strengths = strengthGradients(darts, problem.candidates, state, gradients);
    expectSlopes(problem, state, strengths, ["alpha.normal", "alpha.reduce", "beta.normal", "beta.reduce"]);
  });
});
