import { describe, expect, it } from "vitest";
import { concurrently } from "../src/concurrently.js";

/** Acts that end when the test says so; `begun` has the items in the order in which they were begun. */
const held = () => {
  const begun: string[] = [];
  const ends = new Map<string, { resolve(answer: string): void; reject(error: Error): void }>();
  const act = (item: string): Promise<string> => {
    begun.push(item);
    return new Promise((resolve, reject) => ends.set(item, { resolve, reject }));
  };
  return {
    begun,
    act,
    end: (item: string) => ends.get(item)?.resolve(`${item}!`),
    fail: (item: string) => ends.get(item)?.reject(new Error(item)),
  };
};

/** Long enough for whatever is to happen after a promise. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("what is done concurrently", () => {
  it("gives its answers in the order of the items, whatever the order in which they end", async () => {
    const { act, end } = held();
    const answers = concurrently(["a", "b", "c"], 3, act);
    for (const item of ["c", "a", "b"]) end(item);
    expect(await answers).toEqual(["a!", "b!", "c!"]);
  });

  it("is never more than the limit at a time, and the next begins when one ends", async () => {
    const { begun, act, end } = held();
    const answers = concurrently(["a", "b", "c"], 2, act);
    await turn();
    expect(begun).toEqual(["a", "b"]);
    end("b");
    await turn();
    expect(begun).toEqual(["a", "b", "c"]);
    end("a");
    end("c");
    expect(await answers).toEqual(["a!", "b!", "c!"]);
  });

  it("rejects with the first error, and begins no other item after it", async () => {
    const { begun, act, end, fail } = held();
    const answers = concurrently(["a", "b", "c", "d"], 2, act);
    fail("a");
    await expect(answers).rejects.toThrow("a");
    end("b");
    await turn();
    expect(begun).toEqual(["a", "b"]);
  });

  it("knows the place of each item", async () => {
    expect(await concurrently(["a", "b"], 2, async (item, index) => `${item}${index}`)).toEqual(["a0", "b1"]);
  });

  it("of nothing is nothing", async () => {
    expect(await concurrently([], 4, held().act)).toEqual([]);
  });
});
