import {
  findBackend,
  getKernelsForBackend,
  grads,
  memory,
  setBackend,
  type Tensor,
  type Tensor4D,
  tidy,
  unregisterKernel,
} from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import * as ops from "../src/index.js";
import { nodeBackendOf } from "../src/tensorflow/binding.js";
import { workingMaxPool } from "../src/tensorflow/check.js";
import { composedWith } from "../src/tensorflow/composed.js";
import { BACKEND, registerOn } from "../src/tensorflow/register.js";
import { TensorFlow } from "../src/tensorflow/tensorflow.js";
import { values } from "./cases.js";
import { describeNode, here } from "./node-engine.js";
import { itAgreesWithTheOracle, toTensor } from "./specification.js";

// On a GPU, on an old processor and with another build of the library there are no operations of ours.

describeNode("the kernels composed of TensorFlow's own operations", () => {
  beforeAll(async () => {
    await ops.loadTensorflowKernels("node", here);
    await setBackend(BACKEND);
    const api = nodeBackendOf(findBackend(BACKEND));
    const tf = new TensorFlow(api);
    for (const { kernelName } of getKernelsForBackend(BACKEND)) {
      if (kernelName.startsWith("Bnas")) unregisterKernel(kernelName, BACKEND);
    }
    registerOn(tf, composedWith(workingMaxPool(tf, ({ id }) => api.binding.tensorDataSync(id))));
  });
  itAgreesWithTheOracle();

  it("are right where several operations read one image, whose forms they share", () => {
    const x = toTensor(values([2, 6, 7, 4], 3)) as Tensor4D;
    const filters = [3, 5].map((k) => toTensor(values([k, k, 4], k)));
    const dy = toTensor(values([2, 6, 7, 4], 9));
    const unit = (at: Tensor) =>
      filters.flatMap((w) =>
        ([1, 2] as const)
          .map((dilation) => {
            const options = { input: "sign", weight: "xnor", stride: 1, dilation } as const;
            return (image: Tensor, weight: Tensor) => ops.depthwise(image as Tensor4D, weight, options);
          })
          .map((f) => grads(f)([at, w], dy)),
      );
    const numbers = (readers: readonly Tensor[]) =>
      tidy(() => {
        const [first = x] = readers;
        return unit(first)
          .flat()
          .flatMap((gradient) => [...gradient.dataSync()]);
      });
    const alone = numbers([x]);
    const clones = [x.clone(), x.clone(), x.clone()];
    expect(numbers(clones)).toEqual(alone); // The first makes the forms,
    expect(numbers(clones)).toEqual(alone); // and the second reads them.
    const before = memory().numTensors;
    for (const one of [...clones, ...filters, x, dy]) one.dispose();
    expect(memory().numTensors).toBe(before - 7);
  });
});
