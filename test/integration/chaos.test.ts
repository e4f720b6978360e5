import type { Stored } from "@bnas/log";
import { type Fact, record, writerOf } from "@bnas/search";
import { aSpec, simulate } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import { acknowledgedBy } from "../chaos/acknowledged.js";
import { acknowledgedOf, answerAt, faults, faultsOfWitness, type History } from "../chaos/history.js";
import { readOptions } from "../chaos/options.js";

// The chaos itself is a command of its own (test/chaos): here is only whether its model sees what is wrong.

const stored = (searchId: string, facts: readonly Fact[]): Stored[] =>
  facts.map((fact, i) => ({
    ...record(searchId, fact, writerOf(fact.kind), "2026-01-02T03:04:05.000Z"),
    // As in a log that several searches share.
    sequence: 3 * i + 2,
  }));

const { facts: decided } = simulate(aSpec({ parallel: 2 }), { seed: 1 });

/** A search that was followed from its opening to its end, and in which all is well. */
const good = (): History => {
  const facts = stored("struck", decided);
  return {
    searchId: "struck",
    facts,
    undisturbed: stored("alone", decided).map((one) => withFact(one, { seconds: 7 })),
    acknowledged: facts.map(acknowledgedOf),
    watched: [...facts],
    answers: facts.map(({ sequence }) => answerAt("struck", facts, sequence)),
  };
};

const withFact = (one: Stored, fields: object): Stored => ({
  ...one,
  fact: "seconds" in one.fact ? { ...one.fact, ...fields } : one.fact,
});

const where = (facts: readonly Stored[], kind: Fact["kind"]): number =>
  facts.findIndex(({ fact }) => fact.kind === kind);
const without = <Item>(items: readonly Item[], at: number): Item[] => items.filter((_, i) => i !== at);
const instead = <Item>(items: readonly Item[], at: number, make: (item: Item) => Item): Item[] =>
  items.map((item, i) => (i === at ? make(item) : item));
/** As if it had happened before any client knew. */
const allWatched = (history: History, facts: readonly Stored[]): History => ({
  ...history,
  facts,
  watched: facts,
  acknowledged: [],
  answers: [],
});

describe("the model of a history", () => {
  it("finds nothing wrong with a search that went as it does undisturbed, whatever the seconds were", () => {
    expect(faults(good())).toEqual([]);
  });

  it("sees a fact that was lost, by what was acknowledged, watched and decided without it", () => {
    const history = good();
    const at = where(history.facts, "sample.trained");
    const { subject = "" } = history.facts[at] ?? {};
    const place = subject.replace("bnas.search.struck.", "");
    const found = faults({ ...history, facts: without(history.facts, at) });
    expect(found).toContain(`${subject} was acknowledged and is missing`);
    expect(found).toContain(`${place} is missing`);
    expect(found.some((sentence) => sentence.includes("the watch gave"))).toBe(true);
    // No client received it: it is missing all the same.
    expect(faults(allWatched(history, without(history.facts, at)))).toContain(`${place} is missing`);
  });

  it("sees a subject that holds two facts", () => {
    const history = good();
    const [first] = history.facts;
    if (first === undefined) throw new Error("a search has facts");
    const twice = [...history.facts, { ...first, sequence: 10_000 }];
    expect(faults({ ...history, facts: twice, watched: twice })).toContain(
      "bnas.search.struck.opened holds more than one fact",
    );
  });

  it("sees another decision, checkpoint, loss or count of images", () => {
    const history = good();
    for (const [kind, fields] of [
      ["sample.trained", { checkpoint: "f".repeat(64) }],
      ["sample.trained", { loss: 2 }],
      ["epoch.trained", { images: 1 }],
      ["sample.evaluated", { correct: 1_000 }],
    ] as const) {
      const changed = instead(history.facts, where(history.facts, kind), (one) => withFact(one, fields));
      const [field = ""] = Object.keys(fields);
      const found = faults(allWatched(history, changed));
      expect(found.some((sentence) => sentence.includes(`.${field} is `))).toBe(true);
    }
  });

  it("sees a fact that the undisturbed run has not", () => {
    const history = good();
    const more: Fact = { kind: "search.paused", control: 1 };
    const facts = stored("struck", [...decided.slice(0, -1), more, ...decided.slice(-1)]);
    expect(faults(allWatched(history, facts)).join()).toContain("control.1 is not in the undisturbed run");
  });

  it("sees a decision that does not follow from the facts before it", () => {
    const history = good();
    const scored = where(history.facts, "round.scored");
    const early = history.facts.map(({ sequence }, i) => ({
      // The score before the last evaluation that it is made of.
      ...(history.facts[i === scored ? scored - 1 : i === scored - 1 ? scored : i] ?? history.facts[0]),
      sequence,
    })) as Stored[];
    expect(faults(allWatched(history, early)).join()).toContain("from the facts before it follows");
  });

  it("sees a search that failed, and why", () => {
    const history = good();
    const failed: Fact = { kind: "search.failed", reason: "the disk was full", hint: "make room" };
    const found = faults(allWatched(history, stored("struck", [...decided.slice(0, 5), failed])));
    expect(found[0]).toContain("the disk was full");
  });

  it("sees an acknowledgement that came true elsewhere or otherwise", () => {
    const history = good();
    const [first] = history.acknowledged;
    const { subject = "", sequence = 0 } = first ?? {};
    expect(faults({ ...history, acknowledged: [{ subject, sequence: sequence + 1 }] })).toEqual([
      `${subject} was acknowledged at ${sequence + 1} and is at ${sequence}`,
    ]);
    const at = where(history.facts, "sample.evaluated");
    const evaluated = history.facts[at]?.subject ?? "";
    expect(faults({ ...history, acknowledged: [{ subject: evaluated, fact: { correct: -1 } }] }).join()).toContain(
      "was acknowledged with correct -1",
    );
  });

  it("sees that watching left out, doubled, turned round or changed a fact", () => {
    const history = good();
    const { watched } = history;
    const [first, second, ...rest] = watched;
    if (first === undefined || second === undefined) throw new Error("a search has facts");
    for (const wrong of [
      without(watched, 3),
      [first, first, second, ...rest],
      [second, first, ...rest],
      instead(watched, where(watched, "sample.trained"), (one) => withFact(one, { seconds: 99 })),
    ]) {
      expect(faults({ ...history, watched: wrong }).join()).toContain("the watch gave");
    }
  });

  it("sees an answer of GetSearch that was never true, that went back, or that did not know the search", () => {
    const history = good();
    const { answers } = history;
    const lie = instead(answers, 20, (answer) => ({ ...answer, jobsDone: answer.jobsDone + 1 }));
    expect(faults({ ...history, answers: lie }).join()).toContain("GetSearch.jobsDone was");
    const back = [...answers.slice(0, 10), ...answers.slice(5)];
    expect(faults({ ...history, answers: back }).join()).toContain("GetSearch was at");
    const unknown = instead(answers, 3, (answer) => ({ ...answer, unknown: true as const }));
    expect(faults({ ...history, answers: unknown }).join()).toContain("did not know struck");
  });

  it("lets an answer know of facts of the pruner's own that lie after its sequence, and lack none before it", () => {
    const history = good();
    const { facts } = history;
    const reduced = where(facts, "round.reduced");
    const before = facts[reduced - 2]?.sequence ?? 0;
    // The score before it is the evaluator's: the pruner cannot have reduced without it.
    const ahead = answerAt("struck", facts, facts[reduced - 1]?.sequence ?? 0, 1);
    expect(ahead.round).toBe(1);
    expect(faults({ ...history, answers: [ahead] })).toEqual([]);
    expect(faults({ ...history, answers: [{ ...ahead, sequence: before }] }).join()).toContain("GetSearch.round was 1");
    // As if it had reached the fact after one that it lacks.
    const evaluated = where(facts, "sample.evaluated");
    const lacking = answerAt("struck", without(facts, evaluated), facts[evaluated + 1]?.sequence ?? 0);
    expect(faults({ ...history, answers: [lacking] }).join()).toContain("GetSearch.bestAccuracy was 0");
  });

  it("checks the log against what a witness received, and what it read back", () => {
    const kept = good().facts;
    expect(faultsOfWitness(kept, kept, [])).toEqual([]);
    const { subject } = kept[4] ?? {};
    expect(faultsOfWitness(without(kept, 4), kept, [])).toEqual([`${subject} was acknowledged and is missing`]);
    expect(faultsOfWitness(kept, kept, ["a"])).toEqual([
      "a was acknowledged, and a read that began later did not give it",
    ]);
  });
});

describe("what services say of appends", () => {
  it("is taken from their logs: what they trained, merged, evaluated and received", () => {
    const said = (line: object) => acknowledgedBy(JSON.stringify(line));
    const pass = "bnas.search.s.round.1.pass.1";
    expect(said({ event: "trained", subject: `${pass}.sample.1.requested` })).toEqual({
      subject: `${pass}.sample.1.trained`,
    });
    expect(said({ event: "merged", subject: `${pass}.merge.requested` })).toEqual({ subject: `${pass}.merged` });
    expect(
      said({ event: "evaluated", ...{ search: "s", round: 1, pass: 1, sample: 2, correct: 3, total: 8 } }),
    ).toEqual({ subject: `${pass}.sample.2.evaluated`, fact: { correct: 3, total: 8 } });
    expect(said({ event: "fact", subject: "bnas.search.s.opened", sequence: 7 })).toEqual({
      subject: "bnas.search.s.opened",
      sequence: 7,
    });
  });

  it("is nothing in other lines, and in one that a kill cut off", () => {
    for (const line of [
      "",
      "trainer listens on 127.0.0.1:1",
      '{"event":"trained","subj',
      '{"event":"draining"}',
      "7",
    ]) {
      expect(acknowledgedBy(line)).toBeUndefined();
    }
  });
});

describe("the options of a run", () => {
  it("store the blobs where the facts are, by default", () => {
    expect(readOptions([])).toMatchObject({ kills: 20, log: "file", store: "dir" });
    expect(readOptions(["--log", "nats"])).toMatchObject({ store: "nats" });
  });

  it("are refused by name", () => {
    for (const args of [
      ["--log", "redis"],
      ["--store", "nats"],
      ["--kills", "-1"],
      ["--kills", "many"],
      ["--parallel", "9"],
      ["--strikes", "kill,flood"],
      ["--strikes", ""],
      ["--speed", "9"],
    ]) {
      expect(() => readOptions(args)).toThrow(args[0]);
    }
  });
});
