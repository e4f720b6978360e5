import { describe, expect, it } from "vitest";
import { concurrently } from "../src/index.js";

/** Work that ends when the test says so. */
const gates = () => {
  const begun: number[] = [];
  const ends: { readonly resolve: (value: string) => void; readonly reject: (error: Error) => void }[] = [];
  const act = (item: number): Promise<string> =>
    new Promise((resolve, reject) => {
      begun.push(item);
      ends[item] = { resolve, reject };
    });
  return { begun, act, end: (item: number) => ends[item] };
};
/** Lets everything run that is ready to. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("work that is done concurrently", () => {
  it("is begun for no more items than the limit, and for the next when one is done", async () => {
    const { begun, act, end } = gates();
    const all = concurrently([0, 1, 2, 3], 2, act);
    expect(begun).toEqual([0, 1]);
    end(1)?.resolve("one");
    await settled();
    expect(begun).toEqual([0, 1, 2]);
    end(0)?.resolve("zero");
    end(2)?.resolve("two");
    await settled();
    end(3)?.resolve("three");
    expect(await all).toEqual(["zero", "one", "two", "three"]);
  });

  it("is begun for no other item after a failure, and ends with that", async () => {
    const { begun, act, end } = gates();
    const all = concurrently([0, 1, 2, 3, 4], 2, act);
    const outcome = all.catch((error: Error) => error.message);
    end(0)?.reject(new Error("the first broke"));
    await settled();
    end(1)?.resolve("one");
    await settled();
    expect(begun).toEqual([0, 1]);
    expect(await outcome).toBe("the first broke");
  });

  it("knows the place of each item", async () => {
    expect(await concurrently(["a", "b", "c"], 2, async (item, index) => `${item}${index}`)).toEqual([
      "a0",
      "b1",
      "c2",
    ]);
  });

  it("is none for no items", async () => {
    expect(await concurrently([], 4, () => Promise.reject(new Error("never called")))).toEqual([]);
  });
});
