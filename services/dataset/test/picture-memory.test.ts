import { describe, expect, it } from "vitest";
import { PictureMemory } from "../src/read/picture-memory.js";
import { WeighedGate } from "../src/read/weighed-gate.js";

const picture = (bytes: number) => ({ pixels: new Uint8Array(bytes), at: 0, height: 1, width: 1 });

describe("pictures in memory", () => {
  it("let go of what was not asked for longest when they take more than the limit", () => {
    const memory = new PictureMemory(4 * 1256);
    for (const name of ["a", "b", "c", "d"]) memory.set(name, picture(1000));
    memory.get("a");
    memory.set("e", picture(1000));
    expect(["a", "b", "c", "d", "e"].filter((name) => memory.get(name) !== undefined)).toEqual(["a", "c", "d", "e"]);
    expect(memory.bytes).toBe(4 * 1256);
  });

  it("shrink at once when the limit is lowered, and take nothing that is larger than it", () => {
    const memory = new PictureMemory(10_000);
    for (const name of ["a", "b", "c"]) memory.set(name, picture(1000));
    memory.limitTo(1300);
    expect(["a", "b", "c"].filter((name) => memory.get(name) !== undefined)).toEqual(["c"]);
    memory.set("d", picture(2000));
    expect([memory.get("d"), memory.bytes]).toEqual([undefined, 1256]);
  });

  it("count a picture that is set again once", () => {
    const memory = new PictureMemory(10_000);
    for (let time = 0; time < 3; time++) memory.set("a", picture(1000));
    expect(memory.bytes).toBe(1256);
  });
});

describe("a gate by weight", () => {
  /** Work that ends when it is called to. */
  function works(gate: WeighedGate, weights: readonly number[]) {
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const all = weights.map((weight, number) =>
      gate.pass(weight, () => {
        begun.push(number);
        return new Promise<void>((end) => {
          ends[number] = end;
        });
      }),
    );
    return { begun, end: (number: number) => ends[number]?.(), all };
  }
  const turns = () => new Promise((next) => setImmediate(next));

  it("lets work begin in its order while all that is done weighs no more than the limit", async () => {
    const { begun, end } = works(new WeighedGate(10), [4, 4, 4, 1]);
    await turns();
    // The last would fit, but is not let past the third.
    expect(begun).toEqual([0, 1]);
    end(0);
    await turns();
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it("does what is heavier than the limit alone", async () => {
    const { begun, end } = works(new WeighedGate(10), [1, 99, 1]);
    await turns();
    expect(begun).toEqual([0]);
    end(0);
    await turns();
    expect(begun).toEqual([0, 1]);
    end(1);
    await turns();
    expect(begun).toEqual([0, 1, 2]);
  });

  it("makes room also when work fails", async () => {
    const gate = new WeighedGate(10);
    await expect(gate.pass(10, () => Promise.reject(new Error("damaged")))).rejects.toThrow("damaged");
    expect(await gate.pass(10, async () => 1)).toBe(1);
  });
});
