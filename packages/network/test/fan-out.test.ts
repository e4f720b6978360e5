import { weightedSum } from "@bnas/kernels";
import { grads, ones, type Tensor, type Tensor4D, tensor1d, tensor4d, tidy } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { openEngine } from "../src/engine/engine.js";
import { fork, reader } from "../src/engine/fan-out.js";

const X = (): Tensor4D => tensor4d([1, -2, 3, -4], [1, 2, 2, 1]);

/** The gradient of the sum of what f gives. */
const gradient = (f: (x: Tensor4D) => Tensor4D): number[] => {
  let values: number[] = [];
  tidy(() => {
    const [dx] = grads((x: Tensor) => f(x as Tensor4D))([X()], ones([1, 2, 2, 1]));
    values = [...(dx?.dataSync() ?? [])];
  });
  return values;
};
const times = (x: Tensor4D, factor: number): Tensor4D => weightedSum([x], tensor1d([factor]));

describe.each(["cpu", "wasm"] as const)("a value that many operations read, on %s", (name) => {
  beforeAll(async () => {
    await (await openEngine(name)).activate();
  });

  it("gets the sum of the gradients of all readers, however late they come", () => {
    const found = gradient((x) => {
      const read = reader(x);
      const first = times(read(), 2);
      const second = times(read(), 3);
      const third = times(weightedSum([read(), second], tensor1d([1, 1])), 5);
      return weightedSum([first, third], tensor1d([1, 1]));
    });
    expect(found).toEqual([22, 22, 22, 22]);
  });

  it("gets the gradient of its only reader", () => {
    expect(gradient((x) => times(reader(x)(), 7))).toEqual([7, 7, 7, 7]);
  });

  it("gets the same through readers that are counted before", () => {
    expect(
      gradient((x) => {
        const [first, second] = fork(x, 2);
        return weightedSum([first ?? x, second ?? x], tensor1d([2, 3]));
      }),
    ).toEqual([5, 5, 5, 5]);
  });

  it("is itself where nothing is differentiated", () => {
    tidy(() => {
      const x = X();
      expect(reader(x)()).toBe(x);
    });
  });
});
