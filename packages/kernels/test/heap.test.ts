import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  backend,
  clone,
  fill,
  grads,
  memory,
  profile,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tensor,
  tidy,
} from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import * as ops from "../src/index.js";
import { wasmBackendOf } from "../src/wasm/heap.js";
import { cases, values } from "./cases.js";
import { evaluate, toTensor } from "./specification.js";

const heapBytes = (): number => wasmBackendOf(backend()).wasm.asm.memory.buffer.byteLength;

describe("the kernels on the heap of TensorFlow.js", () => {
  let loaded: { digest: string };
  beforeAll(async () => {
    loaded = await ops.loadWasmKernels();
  });

  it("are named by the sha256 of their binary, and load once", async () => {
    const binary = await readFile(new URL("../wasm/kernels.wasm", import.meta.url));
    expect(loaded.digest).toBe(createHash("sha256").update(binary).digest("hex"));
    expect(await ops.loadWasmKernels()).toEqual(loaded);
  });

  it("are what the committed source compiles to", async () => {
    const compile = fileURLToPath(new URL("../compile.js", import.meta.url));
    await expect(promisify(execFile)(process.execPath, [compile, "--check"])).resolves.toMatchObject({ stderr: "" });
  });

  it("say what to install when the backend is not the one they know", () => {
    expect(() => wasmBackendOf({ wasm: {}, makeOutput: () => {}, incRef: () => {} })).toThrow(
      /has no wasm\.asm\.memory, wasm\._malloc, wasm\._free, dataIdMap: .*tfjs-backend-wasm 4\.22\.0/,
    );
    expect(() => wasmBackendOf(undefined)).toThrow("install exactly that version");
  });

  it("refuse integers instead of reading their bits as floats", () => {
    const x = tensor([1, 2, 3, 4], [1, 2, 2, 1], "int32") as Tensor4D;
    expect(() => ops.avgPool(x, { stride: 1 })).toThrow("32-bit floats, not int32");
    x.dispose();
  });

  it("repeat themselves bit for bit, also after the heap has grown", () => {
    const some = cases.filter((_, index) => index % 11 === 0);
    const before = some.map(evaluate);
    const size = heapBytes();
    const ballast: Tensor[] = [];
    while (heapBytes() === size) ballast.push(fill([1 << 22], 1));
    expect(some.map(evaluate)).toEqual(before);
    for (const one of ballast) one.dispose();
  });

  it("share the values of a clone instead of copying them, and free them with the last of the two", () => {
    const before = memory().numDataBuffers;
    const x = fill([1000], 3);
    const y = clone(x);
    expect(memory().numDataBuffers).toBe(before + 1);
    x.dispose();
    expect(y.dataSync()[999]).toBe(3);
    y.dispose();
    expect(memory().numDataBuffers).toBe(before);
  });

  it("take the statistics of a large batch as exactly as doubles would", () => {
    // 2^21 values a channel around 1000 with deviation 0.5: a 32-bit sum of their squares keeps no digit of it.
    const [y, mean, variance] = ops.batchNorm(
      tensor(
        new Float32Array(1 << 22).map((_, i) => 1000 + ((i >> 1) % 2 ? 0.5 : -0.5)),
        [2, 1024, 1024, 2],
      ) as Tensor4D,
    );
    expect([...mean.dataSync()]).toEqual([1000, 1000]);
    expect([...variance.dataSync()]).toEqual([0.25, 0.25]);
    expect(y.dataSync()[0]).toBeCloseTo(-1, 4);
    for (const one of [y, mean, variance]) one.dispose();
  });

  it("keep the gradient of a pooling inside the image when a window holds no number", () => {
    const x = tensor(new Float32Array(4 * 4).fill(Number.NaN), [1, 4, 4, 1]) as Tensor4D;
    const dx = tidy(
      () => grads((at: Tensor) => ops.maxPool(at as Tensor4D, { size: 3, stride: 1 }))([x], fill([1, 4, 4, 1], 1))[0],
    );
    expect([...(dx?.dataSync() ?? [])]).toEqual(Array(16).fill(1));
    x.dispose();
    dx?.dispose();
  });

  it("pay for the gradients that are asked for only", async () => {
    const x = toTensor(values([1, 4, 4, 4], 1)) as Tensor4D;
    const weights = toTensor(values([2], 2)) as Tensor1D;
    const f = (...[w]: Tensor[]) => ops.weightedSum([x, x], w as Tensor1D);
    const { kernelNames } = await profile(() => tidy(() => grads(f)([weights], x)[0] ?? []));
    expect(kernelNames).toContain("BnasWeightedSumGradWeights");
    expect(kernelNames).not.toContain("BnasWeightedSumGradX");
    for (const one of [x, weights]) one.dispose();
  });

  it("refuse shapes that do not belong together, by name", () => {
    const x = toTensor(values([1, 4, 4, 4], 1)) as Tensor4D;
    const options = { input: "relu", weight: "real", stride: 1 } as const;
    const w = toTensor(values([3, 3, 5], 1));
    expect(() => ops.depthwise(x, w, { ...options, dilation: 1 })).toThrow(
      "depthwise: w is [3,3,5], not [3,3,4] or [5,5,4]",
    );
    const m = toTensor(values([5, 2], 1)) as Tensor2D;
    expect(() => ops.pointwise(x, m, { ...options, offset: 0 })).toThrow("pointwise: w is [5,2], not [4,outputs]");
    const k = toTensor(values([3, 3, 5, 2], 1)) as Tensor4D;
    expect(() => ops.conv3x3(x, k, { stride: 1, relu: false })).toThrow("conv3x3: w is [3,3,5,2], not [3,3,4,outputs]");
    expect(() => ops.sliceChannels(x, { begin: 2, size: 3 })).toThrow("sliceChannels: channels 2 to 5 of 4");
    expect(() => ops.shuffleChannels(x, { groups: 3 })).toThrow("shuffleChannels: 4 channels in 3 groups");
    const wide = toTensor(values([1, 4, 5, 4], 1)) as Tensor4D;
    expect(() => ops.concatChannels([x, wide])).toThrow("concatChannels: [1,4,5,4] beside [1,4,4,4]");
    const two = toTensor(values([2], 1)) as Tensor1D;
    expect(() => ops.weightedSum([x, wide], two)).toThrow("weightedSum: [1,4,5,4] beside [1,4,4,4]");
    expect(() => ops.weightedSum([x], two)).toThrow("weightedSum: 2 weights for 1 tensors");
    for (const one of [x, w, m, k, wide, two]) one.dispose();
  });
});
