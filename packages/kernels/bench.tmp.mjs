import * as tf from "@tensorflow/tfjs-core";
import { run } from "/work/main/packages/kernels/dist/contract.js";
import * as K from "/work/main/packages/kernels/dist/index.js";

await K.loadWasmKernels();
const B = 64,
  reps = +(process.env.REPS ?? 12);
const time = (name, f) => {
  let best = 1e9;
  for (let i = 0; i < reps; i++) {
    const t = performance.now();
    const r = f();
    const d = performance.now() - t;
    best = Math.min(best, d);
    (Array.isArray(r) ? r : [r]).forEach((t) => t.dispose());
  }
  console.log(name.padEnd(34), best.toFixed(2));
  return best;
};
for (const [C, H] of (process.env.SHAPES ?? "16x32").split(",").map((s) => s.split("x").map(Number))) {
  console.log("--", C, H);
  const x = tf.randomNormal([B, H, H, C], 0, 1, "float32", 1),
    dy = tf.randomNormal([B, H, H, C], 0, 1, "float32", 2);
  const w1 = tf.randomNormal([C, C], 0, 0.1, "float32", 3);
  for (const input of ["relu", "sign"])
    for (const [k, d] of [
      [3, 1],
      [5, 1],
      [3, 2],
      [5, 2],
    ]) {
      const w = tf.randomNormal([k, k, C], 0, 0.1, "float32", 3);
      const a = { input, weight: "xnor", stride: 1, dilation: d };
      const f = time(`dw k${k} d${d} ${input} fwd`, () => run("BnasDepthwise", { x, w }, a)),
        gx = time(`  gradX`, () => run("BnasDepthwiseGradX", { x, w, dy }, a)),
        gw = time(`  gradW`, () => run("BnasDepthwiseGradW", { x, w, dy }, a));
    }
  {
    const a = { input: "relu", weight: "xnor", stride: 1, offset: 0 };
    time("pw fwd", () => run("BnasPointwise", { x, w: w1 }, a));
    time("  gradX", () => run("BnasPointwiseGradX", { x, w: w1, dy }, a));
    time("  gradW", () => run("BnasPointwiseGradW", { x, w: w1, dy }, a));
  }
  {
    const w = tf.randomNormal([3, 3, C, C], 0, 0.1, "float32", 3),
      a = { stride: 1, relu: false };
    time("conv3x3 fwd", () => run("BnasConv3x3", { x, w }, a));
    time("  gradX", () => run("BnasConv3x3GradX", { x, w, dy }, a));
    time("  gradW", () => run("BnasConv3x3GradW", { x, w, dy }, a));
  }
  const [y, m, v] = run("BnasBatchNorm", { x }, {});
  time("bn fwd", () => run("BnasBatchNorm", { x }, {}));
  time("  grad", () => run("BnasBatchNormGrad", { y, variance: v, dy }, {}));
  {
    const a = { size: 3, stride: 1, height: H, width: H };
    const [p, winner] = run("BnasMaxPool", { x }, a);
    time("max fwd", () => run("BnasMaxPool", { x }, a));
    time("  grad", () => run("BnasMaxPoolGrad", { winner, dy }, a));
    time("avg fwd", () => run("BnasAvgPool", { x }, a));
    time("  grad", () => run("BnasAvgPoolGrad", { dy }, a));
  }
  const w8 = tf.randomNormal([6], 0, 1, "float32", 1),
    xs = [0, 1, 2, 3, 4, 5].map((i) => tf.randomNormal([B, H, H, C], 0, 1, "float32", i));
  time("wsum of 6", () => run("BnasWeightedSum", [w8, ...xs], {}));
  time("  gradX of 1", () => run("BnasWeightedSumGradX", { dy, weights: w8 }, { index: 1 }));
  time("  grad weights of 6", () => run("BnasWeightedSumGradWeights", [dy, ...xs], {}));
  time("concat 2", () => run("BnasConcat", [x, dy], { sizes: [C, C] }));
  time("slice half", () => run("BnasSlice", { x }, { begin: 0, size: C / 2, channels: C }));
  time("  grad", () => run("BnasSliceGrad", { dy }, { begin: 0, size: C, channels: 2 * C }));
  time("shuffle 2", () => run("BnasShuffle", { x }, { groups: 2 }));
  time("unshuffle", () => run("BnasShuffle", { x }, { groups: C / 2 }));
  time("gap", () => run("BnasGlobalAveragePool", { x }, { height: H, width: H }));
  // unit: relu/sign dw pw bn fwd+bwd
  for (const input of ["relu", "sign"])
    for (const [k, d] of [
      [3, 1],
      [5, 1],
      [3, 2],
      [5, 2],
    ]) {
      const w = tf.randomNormal([k, k, C], 0, 0.1, "float32", 3);
      const f = (x, w, w1) =>
        K.batchNorm(
          K.pointwise(K.depthwise(x, w, { input, weight: "xnor", stride: 1, dilation: d }), w1, {
            input: input === "sign" ? "sign" : "identity",
            weight: "xnor",
            stride: 1,
            offset: 0,
          }),
        )[0];
      const g = tf.grads(f);
      time(`UNIT k${k} d${d} ${input}`, () => g([x, w, w1], dy));
    }
  time("UNIT max+bn", () => tf.grads((x) => K.batchNorm(K.maxPool(x, { size: 3, stride: 1 }))[0])([x], dy));
  time("UNIT avg+bn", () => tf.grads((x) => K.batchNorm(K.avgPool(x, { stride: 1 }))[0])([x], dy));
  tf.disposeVariables();
  [x, dy, w1, y, m, v, w8, ...xs].forEach((t) => t.dispose());
}
