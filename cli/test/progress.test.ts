import { type Fact, record, type Spec, writerOf } from "@bnas/search";
import { aSpec, ofKind, simulate } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import { ProgressView } from "../src/terminal/progress.js";

/** What a person sees while a search of these facts runs. */
const show = (facts: readonly Fact[]) => {
  const notes: string[] = [];
  const statuses: string[] = [];
  const view = new ProgressView(
    {
      out: () => {},
      note: (line) => notes.push(line),
      status: (line) => statuses.push(line),
      interrupted: new AbortController().signal,
      takeInterrupts: () => {},
      outliveReader: () => {},
      flushed: async () => {},
    },
    { json: false, clock: () => 0, liveAfter: 0 },
  );
  for (const [index, fact] of facts.entries()) {
    view.fact(record("simulated", fact, writerOf(fact.kind), "2025-06-01T09:30:00.000Z"), index + 1);
  }
  return { notes, statuses: statuses.join("\n") };
};

const factsOf = (strategy: Spec["strategy"], order = 0) =>
  simulate(aSpec({ strategy, parallel: 4 }), { seed: 8, images: 1000 }, order).facts;

describe("the progress of a search", () => {
  it("has a line a round, and names the round that a sample is of", () => {
    const { notes, statuses } = show(factsOf("posterior"));
    expect(notes.filter((line) => /^round \d of 7: \d samples?, accuracy mean /.test(line))).toHaveLength(7);
    expect(notes.some((line) => line.startsWith("pass"))).toBe(false);
    expect(statuses).toContain("| round 1 pass 1 sample 1 |");
  });

  it.each(["random-search", "evolution"] as const)(
    "of %s, which has no rounds, has a line a pass instead, once all of its samples are evaluated",
    (strategy) => {
      for (const order of [0, 1, 2]) {
        const facts = factsOf(strategy, order);
        const { notes, statuses } = show(facts);
        const lines = notes.filter((line) => line.startsWith("pass "));
        const passes = new Set(ofKind(facts, "sample.evaluated").map(({ pass }) => pass));
        expect(lines).toHaveLength(passes.size);
        for (const line of lines) expect(line).toMatch(/^pass \d of 7: \d samples?, accuracy mean \d+\.\d %, best /);
        const best = Math.max(...ofKind(facts, "sample.evaluated").map(({ correct, total }) => correct / total));
        expect(lines.at(-1)).toContain(`; best so far ${(100 * best).toFixed(1)} %`);
        expect([...notes, statuses].join("\n")).not.toContain("round");
      }
    },
  );
});
