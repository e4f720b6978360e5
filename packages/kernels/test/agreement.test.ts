import "@tensorflow/tfjs-backend-cpu";
import { setBackend, type Tensor2D, type Tensor4D, tidy } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { depthwise, loadTensorflowKernels, loadWasmKernels, pointwise, registerPortableKernels } from "../src/index.js";
import { cases, values } from "./cases.js";
import { here, missing } from "./node-engine.js";
import { error, evaluate, toTensor } from "./specification.js";

const on = async <T>(backend: string, f: () => T): Promise<T> => {
  await setBackend(backend);
  return f();
};

const engines = [
  { backend: "wasm", load: loadWasmKernels, absent: null },
  { backend: "tensorflow", load: () => loadTensorflowKernels("node", here), absent: missing },
] as const;

describe.each(engines)("the portable kernels and those on $backend", ({ backend, load, absent }) => {
  const its = absent === null ? it : it.skip;
  const reason = absent === null ? "" : ` (${absent})`;
  beforeAll(async () => {
    registerPortableKernels("cpu");
    if (absent === null) await load();
  });

  its(`agree within 1e-5 of the largest element, forward and backward${reason}`, async () => {
    const some = cases.filter((_, index) => index % 7 === 0);
    const portable = await on("cpu", () => some.map(evaluate));
    const fast = await on(backend, () => some.map(evaluate));
    const wrong = some.filter((_, index) =>
      (portable[index] ?? []).some(({ data }, output) => error(fast[index]?.[output]?.data ?? [], data) > 1e-5),
    );
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  its(`give bit for bit the same where every sum is of signs: the scale comes after the sum${reason}`, async () => {
    const x = values([2, 9, 7, 20], 5);
    const filter = { shape: [5, 5, 20], data: values([5, 5, 20], 6).data.map((w) => (w >= 0 ? 0.75 : -0.75)) };
    const matrix = { shape: [20, 12], data: values([20, 12], 7).data.map((w) => (w >= 0 ? 0.375 : -0.375)) };
    const bits = () =>
      tidy(() => {
        const image = toTensor(x) as Tensor4D;
        const maps = { input: "sign", weight: "xnor", stride: 1 } as const;
        const deep = depthwise(image, toTensor(filter), { ...maps, dilation: 2 });
        const flat = pointwise(image, toTensor(matrix) as Tensor2D, { ...maps, offset: 0 });
        // A sum that is exactly 0 may be -0 on one of them: +0 is what both mean.
        return [...deep.dataSync(), ...flat.dataSync()].map((y) => y + 0);
      });
    const portable = await on("cpu", bits);
    expect(await on(backend, bits)).toEqual(portable);
    expect(portable.every((y) => Number.isInteger(y / 0.375))).toBe(true);
  });
});
