// Milliseconds of every kernel on the wasm backend, the least of many runs: npm run bench -w packages/kernels -- 16x32 36x16
// (channels x extent, batch 64). Times of one run compare with one another, hardly with another machine's.
import { grads, memory, randomNormal } from "@tensorflow/tfjs-core";
import * as ops from "../dist/index.js";
import { kernelsOf } from "../dist/kernel.js";

const { run } = kernelsOf();

const BATCH = 64;
const RUNS = 20;

const measure = (name, f) => {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now();
    const result = f();
    least = Math.min(least, performance.now() - start);
    for (const tensor of [result].flat()) tensor.dispose();
  }
  console.log(`${name.padEnd(36)}${least.toFixed(2).padStart(7)}`);
};

/** Forward and both gradients of a convolution. */
const convolution = (name, kernel, inputs, dy, options) => {
  measure(name, () => run(kernel, inputs, options));
  measure("  gradient of x", () => run(`${kernel}GradX`, { ...inputs, dy }, options));
  measure("  gradient of w", () => run(`${kernel}GradW`, { ...inputs, dy }, options));
};

const bench = (channels, extent) => {
  console.log(`batch ${BATCH}, ${channels} channels, ${extent} x ${extent}: ms`);
  const image = [BATCH, extent, extent, channels];
  const x = randomNormal(image, 0, 1, "float32", 1);
  const dy = randomNormal(image, 0, 1, "float32", 2);
  const matrix = randomNormal([channels, channels], 0, 0.1, "float32", 3);
  const xnor = (input) => ({ input, weight: "xnor", stride: 1 });
  const filters = [3, 5].map((k) => randomNormal([k, k, channels], 0, 0.1, "float32", 4));
  for (const w of filters) {
    for (const dilation of [1, 2]) {
      const name = `depthwise ${w.shape[0]} dilation ${dilation}`;
      convolution(name, "BnasDepthwise", { x, w }, dy, { ...xnor("relu"), dilation });
    }
  }
  convolution("pointwise", "BnasPointwise", { x, w: matrix }, dy, { ...xnor("relu"), offset: 0 });
  const cube = randomNormal([3, 3, channels, channels], 0, 0.1, "float32", 5);
  convolution("conv3x3", "BnasConv3x3", { x, w: cube }, dy, { stride: 1, relu: false });

  const epsilon = { epsilon: 1e-5 };
  const [y, mean, variance] = run("BnasBatchNorm", { x }, epsilon);
  measure("batch norm", () => run("BnasBatchNorm", { x }, epsilon));
  measure("  gradient", () => run("BnasBatchNormGrad", { y, variance, dy }, epsilon));
  const pool = { size: 3, stride: 1, height: extent, width: extent };
  const [most, winner] = run("BnasMaxPool", { x }, pool);
  measure("max-pool", () => run("BnasMaxPool", { x }, pool));
  measure("  gradient", () => run("BnasMaxPoolGrad", { winner, dy }, pool));
  measure("average pool", () => run("BnasAvgPool", { x }, pool));
  measure("  gradient", () => run("BnasAvgPoolGrad", { dy }, pool));

  const xs = [x, dy, x, dy, x, dy];
  const weights = randomNormal([xs.length], 0, 1, "float32", 6);
  measure("weighted sum of 6", () => ops.weightedSum(xs, weights));
  measure("  gradient of one summand", () => run("BnasWeightedSumGradX", { dy, weights }, { index: 1 }));
  measure("  gradient of the weights", () => run("BnasWeightedSumGradWeights", [dy, ...xs], {}));
  measure("concatenation of 2", () => ops.concatChannels([x, dy]));
  measure("slice of a half", () => ops.sliceChannels(x, { begin: 0, size: channels >> 1 }));
  measure("shuffle by 2", () => ops.shuffleChannels(x, { groups: 2 }));

  for (const input of ["relu", "sign"]) {
    for (const w of filters) {
      const unit = (x, w, matrix) => {
        const deep = ops.depthwise(x, w, { ...xnor(input), dilation: 1 });
        const inner = input === "sign" ? "sign" : "identity";
        return ops.batchNorm(ops.pointwise(deep, matrix, { ...xnor(inner), offset: 0 }))[0];
      };
      measure(`unit ${w.shape[0]} ${input}, forward and backward`, () => grads(unit)([x, w, matrix], dy));
    }
  }
  for (const one of [x, dy, matrix, cube, ...filters, y, mean, variance, most, winner, weights]) one.dispose();
};

await ops.loadWasmKernels();
const shapes = process.argv.slice(2);
for (const shape of shapes.length > 0 ? shapes : ["16x32"]) bench(...shape.split("x").map(Number));
console.log(`${memory().numTensors} tensors left`);
