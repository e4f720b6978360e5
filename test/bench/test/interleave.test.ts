import { describe, expect, it } from "vitest";
import { interleave, WARM_UP_PAIRS } from "../gate/interleave.js";

/** A row whose halves say when they are called; the cost of a call is its number. */
const counted = () => {
  const calls: string[] = [];
  const half = (name: string) => async () => {
    calls.push(name);
    return calls.length;
  };
  return { calls, open: { measured: half("A"), reference: half("B"), close: () => {} } };
};

describe("the pairs of a try", () => {
  it("are measured in turn: A B A B", async () => {
    const { calls, open } = counted();
    await interleave(open, 1);
    expect(calls.join(" ")).toBe("A B ".repeat(WARM_UP_PAIRS + 1).trim());
  });

  it("are those after the warm-up, each of two calls that follow one another", async () => {
    const { open } = counted();
    const first = 2 * WARM_UP_PAIRS + 1;
    expect(await interleave(open, 2)).toEqual([
      { measured: first, reference: first + 1 },
      { measured: first + 2, reference: first + 3 },
    ]);
  });
});
