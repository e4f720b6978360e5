import { type Fact, type FactOf, record } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { compareAnswers, type DoneJob, drawJobs } from "../src/index.js";

const digest = (letter: string) => letter.repeat(64);
const madeBy = {
  engine: { name: "wasm", digest: digest("e") },
  code: { version: "1.0.0", digest: digest("c") },
} as unknown as FactOf<"sample.evaluated">["madeBy"]; // Only digests are looked at.
const evaluated = (change: Partial<FactOf<"sample.evaluated">> = {}): FactOf<"sample.evaluated"> => ({
  ...{ kind: "sample.evaluated", round: 1, pass: 1, sample: 2, correct: 30, total: 40, seconds: 1 },
  ...(madeBy === undefined ? {} : { madeBy }),
  ...change,
});

const jobs: readonly DoneJob[] = Array.from({ length: 50 }, (_, sample) => ({
  request: evaluated({ sample: sample + 1 }) as Fact,
  answer: {
    ...record("s", evaluated({ sample: sample + 1 }), "evaluator", "2026-01-02T03:04:05.000Z"),
    sequence: sample,
  },
}));

describe("the jobs of an audit", () => {
  it("are so many of all, in their order, none twice, and the same for the same seed", () => {
    const drawn = drawJobs(jobs, 0.1, 7);
    expect(drawn).toHaveLength(5);
    expect(new Set(drawn).size).toBe(5);
    expect(drawn.map((job) => jobs.indexOf(job))).toEqual(
      drawn.map((job) => jobs.indexOf(job)).toSorted((a, b) => a - b),
    );
    expect(drawJobs(jobs, 0.1, 7)).toEqual(drawn);
  });

  it("are others for another seed, so that who is audited cannot know them", () => {
    const seen = new Set(Array.from({ length: 40 }, (_, seed) => drawJobs(jobs, 0.02, seed)[0]));
    expect(seen.size).toBeGreaterThan(15);
  });

  it("are one at least, and all of them at 1", () => {
    expect(drawJobs(jobs, 0.0001, 0)).toHaveLength(1);
    expect(drawJobs(jobs, 1, 0)).toEqual(jobs);
    expect(drawJobs([], 1, 0)).toEqual([]);
  });
});

describe("an answer, beside that of the same job done again", () => {
  it("is equal, whenever it was given and however long it took", () => {
    expect(compareAnswers("a", evaluated(), evaluated({ seconds: 9, request: digest("f") }))).toEqual({
      ...{ subject: "a", result: "equal" },
    });
  });

  it("is another by the first field that differs", () => {
    const found = compareAnswers("a", evaluated({ correct: 31 }), evaluated());
    expect(found).toEqual({ subject: "a", result: "other", field: "correct", recorded: 31, computed: 30 });
  });

  it("cannot be compared where another engine or other code gave it, or where it says nothing of that", () => {
    const other = { ...madeBy, engine: { ...madeBy?.engine, digest: digest("0") } } as typeof madeBy;
    for (const recorded of [
      evaluated({ madeBy: other, correct: 31 } as never),
      evaluated({ madeBy: undefined } as never),
    ]) {
      expect(compareAnswers("a", recorded, evaluated())).toMatchObject({ result: "not comparable" });
    }
  });
});
