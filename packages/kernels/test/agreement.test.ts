import "@tensorflow/tfjs-backend-cpu";
import { setBackend, type Tensor2D, type Tensor4D, tidy } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { depthwise, loadWasmKernels, pointwise, registerPortableKernels } from "../src/index.js";
import { cases, values } from "./cases.js";
import { error, evaluate, toTensor } from "./specification.js";

const on = async <T>(backend: string, f: () => T): Promise<T> => {
  await setBackend(backend);
  return f();
};

describe("the portable and the wasm kernels", () => {
  beforeAll(async () => {
    registerPortableKernels("cpu");
    await loadWasmKernels();
  });

  it("agree within 1e-5 of the largest element, forward and backward", async () => {
    const some = cases.filter((_, index) => index % 7 === 0);
    const portable = await on("cpu", () => some.map(evaluate));
    const wasm = await on("wasm", () => some.map(evaluate));
    const wrong = some.filter((_, index) =>
      (portable[index] ?? []).some(({ data }, output) => error(wasm[index]?.[output]?.data ?? [], data) > 1e-5),
    );
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it("give bit for bit the same where every sum is of signs: the scale comes after the sum", async () => {
    const x = values([2, 9, 7, 20], 5);
    const filter = { shape: [5, 5, 20], data: values([5, 5, 20], 6).data.map((w) => (w >= 0 ? 0.75 : -0.75)) };
    const matrix = { shape: [20, 12], data: values([20, 12], 7).data.map((w) => (w >= 0 ? 0.375 : -0.375)) };
    const bits = () =>
      tidy(() => {
        const image = toTensor(x) as Tensor4D;
        const maps = { input: "sign", weight: "xnor", stride: 1 } as const;
        const deep = depthwise(image, toTensor(filter), { ...maps, dilation: 2 });
        const flat = pointwise(image, toTensor(matrix) as Tensor2D, { ...maps, offset: 0 });
        return [...deep.dataSync(), ...flat.dataSync()];
      });
    const portable = await on("cpu", bits);
    expect(await on("wasm", bits)).toEqual(portable);
    expect(portable.every((y) => Number.isInteger(y / 0.375))).toBe(true);
  });
});
