import { Worker } from "node:worker_threads";
import {
  fill,
  findBackend,
  grads,
  setBackend,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tensor,
  tensor1d,
  tidy,
} from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import * as ops from "../src/index.js";
import { nodeBackendOf, type Raw } from "../src/tensorflow/binding.js";
import { workingMaxPool } from "../src/tensorflow/check.js";
import { TensorFlow } from "../src/tensorflow/tensorflow.js";
import { cases, values } from "./cases.js";
import { describeNode, here } from "./node-engine.js";
import { evaluate, itAgreesWithTheOracle, toTensor } from "./specification.js";

describeNode("the kernels on TensorFlow's own library", () => {
  let versions: ops.TensorflowVersions;
  beforeAll(async () => {
    versions = await ops.loadTensorflowKernels("node", here);
    await setBackend("tensorflow");
  });
  itAgreesWithTheOracle();

  it("say what may change their bits: TensorFlow's version, the device, threads and vectors", async () => {
    expect(versions).toMatchObject({ tensorflow: "2.21.0", device: "cpu", onednn: "1", "max-pool": "oneDNN" });
    expect(versions.threads).toBe(process.env.TF_NUM_INTRAOP_THREADS ?? "1");
    expect(versions.instructions).toMatch(/^(avx512|avx2|sse)$/);
    expect(versions.kernels).toMatch(versions.instructions === "sse" ? /^composed$/ : /^[0-9a-f]{64}$/);
    expect(await ops.loadTensorflowKernels("node", here)).toEqual(versions);
  });

  it("repeat themselves bit for bit", () => {
    const some = cases.filter((_, index) => index % 11 === 0);
    expect(some.map(evaluate)).toEqual(some.map(evaluate));
  });

  it("compute a summand's share of a gradient when someone reads it, though the sum's weights are gone by then", () => {
    const [x, z, dy] = [3, 4, 5].map((seed) => toTensor(values([2, 4, 4, 3], seed))) as [Tensor, Tensor, Tensor];
    const weights = tensor1d([0.5, 0.25]);
    const [, share] = tidy(() =>
      grads((one, other) => ops.weightedSum([one, other] as Tensor4D[], weights))([x, z], dy),
    );
    const expected = [...dy.dataSync()].map((value) => value * 0.25);
    weights.dispose();
    dy.dispose();
    expect([...(share as Tensor).dataSync()]).toEqual(expected);
    expect([...(share as Tensor).dataSync()]).toEqual(expected);
  });

  it("give the gradient of the input alone the bits that it has beside that of the weights", () => {
    const [x, dy] = [3, 4].map((seed) => toTensor(values([2, 6, 5, 8], seed)) as Tensor4D) as [Tensor4D, Tensor4D];
    const [deep, flat] = [toTensor(values([5, 5, 8], 5)), toTensor(values([8, 8], 6)) as Tensor2D];
    const maps = { input: "relu", weight: "xnor", stride: 1 } as const;
    const both: [(image: Tensor, w: Tensor) => Tensor, Tensor][] = [
      [(image, w) => ops.depthwise(image as Tensor4D, w, { ...maps, dilation: 2 }), deep],
      [(image, w) => ops.pointwise(image as Tensor4D, w as Tensor2D, { ...maps, offset: 0 }), flat],
    ];
    for (const [f, w] of both) {
      const [beside] = grads(f)([x, w], dy);
      const [alone] = grads((image) => f(image as Tensor, w))([x], dy);
      expect(alone?.dataSync()).toEqual(beside?.dataSync());
    }
  });

  it("leave nothing with TensorFlow of what they made on their way", () => {
    const { binding } = nodeBackendOf(findBackend("tensorflow"));
    const one = cases.find(({ name }) => name.startsWith("depthwise 5 stride 1 dilation 2 sign xnor"));
    if (one === undefined) throw new Error("the case is gone");
    const handles = () => (binding as unknown as { getNumOfTensors(): number }).getNumOfTensors();
    evaluate(one); // Makes the constants.
    const before = handles();
    evaluate(one);
    expect(handles()).toBe(before);
  });

  it("take the variance of the batch, not of the population that it is drawn from", () => {
    const [y, mean, variance] = ops.batchNorm(tensor([1, 3, 5, 7], [1, 2, 2, 1]) as Tensor4D);
    expect([...mean.dataSync(), ...variance.dataSync()]).toEqual([4, 5]);
    for (const one of [y, mean, variance]) one.dispose();
  });

  it("refuse integers instead of reading their bits as floats", () => {
    const x = tensor([1, 2, 3, 4], [1, 2, 2, 1], "int32") as Tensor4D;
    expect(() => ops.avgPool(x, { stride: 1 })).toThrow("32-bit floats, not int32");
    x.dispose();
  });

  it("pool by public operations where oneDNN's private ones are gone, with the same gradients", () => {
    const api = nodeBackendOf(findBackend("tensorflow"));
    class WithoutOneDnn extends TensorFlow {
      override ops(...[name, ...rest]: Parameters<TensorFlow["ops"]>): Raw[] {
        if (name.startsWith("_Mkl")) throw new Error(`${name} is not registered`);
        return super.ops(name, ...rest);
      }
    }
    const read = ({ id }: Raw) => api.binding.tensorDataSync(id);
    expect(workingMaxPool(new TensorFlow(api), read).name).toBe("oneDNN");
    expect(workingMaxPool(new WithoutOneDnn(api), read).name).toBe("argmax");
  });

  it("keep the gradient of a pooling inside the image, and of equal numbers give it to the first", () => {
    const x = fill([1, 3, 3, 1], 0) as Tensor4D;
    const dx = tidy(
      () => grads((at: Tensor) => ops.maxPool(at as Tensor4D, { size: 3, stride: 1 }))([x], fill([1, 3, 3, 1], 1))[0],
    );
    expect([...(dx?.dataSync() ?? [])]).toEqual([4, 2, 0, 2, 1, 0, 0, 0, 0]);
    x.dispose();
    dx?.dispose();
  });

  it("run in two worker threads of a process at once, each on one thread, with the same bits", async () => {
    const program = `
      const { parentPort, workerData } = require("node:worker_threads");
      import("tsx/esm/api").then(async ({ register }) => {
        register(); // The source, as the test itself reads it.
        const kernels = await import(workerData.kernels);
        const versions = await kernels.loadTensorflowKernels("node", { folder: process.env.BNAS_ENGINE_DIR });
        const { tensor, grads } = await import(workerData.core);
        const noise = (length, seed) => Float32Array.from({ length }, (_, i) => Math.sin(seed + i * i));
        const x = tensor(noise(2 * 8 * 8 * 16, 1), [2, 8, 8, 16]);
        const w = tensor(noise(9 * 16, 2), [3, 3, 16]);
        const options = { input: "relu", weight: "xnor", stride: 1, dilation: 2 };
        const f = (x, w) => kernels.batchNorm(kernels.maxPool(kernels.depthwise(x, w, options), { size: 3, stride: 1 }))[0];
        const results = Array.from({ length: 30 }, () => grads(f)([x, w], x).map((t) => [...t.dataSync()].join()).join());
        parentPort.postMessage({ threads: versions.threads, different: new Set(results).size, first: results[0] });
      });
    `;
    const workerData = {
      kernels: new URL("../src/index.ts", import.meta.url).href,
      core: import.meta.resolve("@tensorflow/tfjs-core"),
    };
    const answer = () =>
      new Promise<{ threads: string; different: number; first: string }>((resolve, reject) => {
        new Worker(program, { eval: true, workerData }).once("message", resolve).once("error", reject);
      });
    const [one, other] = await Promise.all([answer(), answer()]);
    expect(one).toEqual(other);
    expect(one).toMatchObject({ threads: versions.threads, different: 1 });
  });
});

describe("the backend on TensorFlow", () => {
  it("that is not the one the kernels know is refused with what to make", () => {
    expect(() => nodeBackendOf({ binding: {}, incRef: () => {} })).toThrow(
      /has no binding\.executeOp, .*tfjs-node 4\.22\.0; make exactly that by npm run engine:node/,
    );
  });

  it("is looked for where BNAS_ENGINE_DIR says, and its absence says how to make it", async () => {
    const folder = "/nowhere/engine";
    await expect(ops.findTensorflow("node", folder)).rejects.toThrow("/nowhere/engine, which holds no engine");
    await expect(ops.findTensorflow("gpu", folder)).rejects.toMatchObject({
      hint: expect.stringContaining("npm run engine:gpu"),
    });
  });
});
