import { describe, expect, it } from "vitest";
import { mutantsOf } from "../mutants.js";
import { interval, sampleOf } from "../sample.js";
import { fatesOf, scoreOf } from "../score.js";

const mutants = mutantsOf("a.ts", "f(1, 2, 3, 4, 5, 6);").slice(1);
const [one, two, three, four, five, six] = mutants.map(({ id }) => id);

describe("the score", () => {
  const ids = (...some: (number | undefined)[]) => some.filter((id) => id !== undefined);
  const fates = fatesOf(
    mutants,
    [
      { kind: "imported", file: "t", mutants: ids(one, five), count: 0 },
      { kind: "covered", file: "t", test: "x", mutants: ids(one, two, three, four), ms: 1, count: 1 },
      { kind: "killed", mutant: one ?? 0, test: "x", isTimeOut: false },
      { kind: "killed", mutant: two ?? 0, test: "x", isTimeOut: true },
      { kind: "survived", mutant: three ?? 0 },
      { kind: "survived", mutant: four ?? 0 },
    ],
    ({ id }) => id === four,
  );

  it("is by what became of each mutant", () => {
    expect([...fates.values()]).toEqual(["killed", "time-out", "survived", "equivalent", "import", "no coverage"]);
    expect(six).toBe(mutants.at(-1)?.id);
  });

  it("is those killed of those that a test could have seen; what no test meets counts as alive", () => {
    expect(scoreOf(fates.values())).toEqual({ killed: 2, of: 4 });
  });

  it("has an interval that holds the share, and is narrow when much was tried", () => {
    const [least, most] = interval(180, 200);
    expect(least).toBeCloseTo(0.851, 3);
    expect(most).toBeCloseTo(0.934, 3);
    expect(interval(10, 10)[1]).toBe(1);
    expect(interval(0, 0)).toEqual([0, 1]);
  });
});

describe("a sample of mutants", () => {
  const all = Array.from({ length: 100 }, (_, i) => i);

  it("is the same for the same seed, another for another, and in order", () => {
    const some = sampleOf(all, 10, 1);
    expect(some).toHaveLength(10);
    expect(sampleOf(all, 10, 1)).toEqual(some);
    expect(sampleOf(all, 10, 2)).not.toEqual(some);
    expect([...some].sort((a, b) => a - b)).toEqual(some);
  });

  it("is everything where there is no more", () => {
    expect(sampleOf(all, Number.POSITIVE_INFINITY, 1)).toEqual(all);
  });
});
