import { assess, type Fact, PUBLISHED, record, writerOf } from "@bnas/search";
import { aSpec, simulate } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import { showEnd } from "../src/reach/end-of-search.js";
import { ProgressView } from "../src/terminal/progress.js";

const TIME = "2025-06-01T09:30:00.000Z";
const end: Fact & { readonly kind: "search.finished" } = { kind: "search.finished", genotype: PUBLISHED };

/** What a command says and how it ends after a search of these facts. */
const show = async (facts: readonly Fact[], json = false) => {
  const out: string[] = [];
  const notes: string[] = [];
  const progress = new ProgressView(
    {
      out: (line) => out.push(line),
      note: (line) => notes.push(line),
      status: undefined,
      interrupted: new AbortController().signal,
      takeInterrupts: () => {},
      outliveReader: () => {},
      flushed: async () => {},
    },
    { json, clock: () => 0, liveAfter: 0, shownAfter: facts.length },
  );
  for (const [index, fact] of facts.entries()) {
    progress.fact(record("simulated", fact, writerOf(fact.kind), TIME), index + 1);
  }
  const { search } = progress;
  if (search === undefined) throw new Error("no fact was shown");
  const exit = await showEnd(progress, end, {
    finished: async () => ({ line: "results in found", folder: "found", assessment: assess(search) }),
    interrupted: "stopped",
  });
  return { out, notes, exit };
};

const { facts } = simulate(aSpec(), { seed: 8, images: 1000 });
const sound = facts.map((fact) => (fact.kind === "search.finished" ? end : fact));
const diverged = sound.map((fact) => (fact.kind === "sample.trained" ? { ...fact, loss: 1.7e11 } : fact));

describe("the end of a search", () => {
  it("says the verdict, what it means, what to do next, and how sure each edge is", async () => {
    const { out, notes, exit } = await show(sound);
    expect(exit).toBe(0);
    expect(notes).toEqual([]);
    const verdict = out.findIndex((line) => line.startsWith("verdict: sound. "));
    expect(out[verdict + 2]).toMatch(/^ {2}next: Train the derived network/);
    expect(out[verdict + 3]).toMatch(/^sureness: \d+ of 28 edges would be another under counting noise/);
    expect(out.at(-1)).toBe("results in found");
  });

  it("is no success where the search diverged: exit code 6, and a sentence on standard error", async () => {
    for (const json of [false, true]) {
      const { out, notes, exit } = await show(diverged, json);
      expect(exit).toBe(6);
      expect(notes).toEqual([
        expect.stringMatching(/^The search diverged: .* 1\.7e\+11 nats, and guessing gives 1\.79\.$/),
      ]);
      expect(out.join("\n")).toContain("diverged");
    }
  });

  it("gives programs the verdict with its figures, and counts of the sureness", async () => {
    const { out } = await show(diverged, true);
    const last = JSON.parse(out.at(-1) ?? "");
    expect(last).toMatchObject({
      type: "finished",
      folder: "found",
      verdict: { kind: "diverged", loss: 1.7e11, findings: [{ kind: "diverged" }] },
      sureness: { by: "counterfactual", resamples: 1000, edges: 28 },
    });
  });

  it("has no sureness where nothing was abandoned", async () => {
    const { facts } = simulate(aSpec({ strategy: "random", seed: 4 }), { seed: 1 });
    const { out } = await show(facts, true);
    expect(JSON.parse(out.at(-1) ?? "")).toMatchObject({ verdict: { kind: "sound" }, sureness: null });
    expect((await show(facts)).out.join("\n")).not.toContain("sureness");
  });
});
