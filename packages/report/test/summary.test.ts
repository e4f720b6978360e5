import { type Fact, preset, record, writerOf } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { summary } from "../src/summary.js";
import { fakeSearch } from "./fake-search.js";

const MEASURED = { peakMemoryBytes: null, latency: null };
const { facts } = fakeSearch();
const secondsOf = (kind: string, stage?: string): number =>
  facts.reduce((sum, { fact }) => {
    const counts = fact.kind === kind && (stage === undefined || ("stage" in fact && fact.stage === stage));
    return counts && "seconds" in fact ? sum + fact.seconds : sum;
  }, 0);

describe("the summary of a search", () => {
  it("adds up seconds by stage", () => {
    const { seconds } = summary(facts, MEASURED);
    expect(seconds.warmup).toBeCloseTo(secondsOf("epoch.trained", "warmup"));
    expect(seconds.settle).toBeCloseTo(secondsOf("epoch.trained", "settle"));
    expect(seconds.samples).toBeCloseTo(secondsOf("sample.trained"));
    expect(seconds.evaluation).toBeCloseTo(secondsOf("sample.evaluated"));
    expect(seconds.wall).toBeCloseTo((Date.parse(facts.at(-1)?.time ?? "") - Date.parse(facts[0]?.time ?? "")) / 1000);
  });

  it("counts the jobs of the paper's search: 5 + 6 epochs of the supernet and 57 samples", () => {
    const { epochsTrained, samplesTrained, images } = summary(facts, MEASURED);
    expect({ epochsTrained, samplesTrained }).toEqual({ epochsTrained: 11, samplesTrained: 57 });
    expect(images).toEqual({ warmup: 125_000, samples: 1_425_000, settle: 150_000, models: 0 });
  });

  it("gives images a second of training, by stage and in all", () => {
    const { imagesPerSecond, seconds } = summary(facts, MEASURED);
    expect(imagesPerSecond.samples).toBeCloseTo(1_425_000 / seconds.samples);
    expect(imagesPerSecond.training).toBeCloseTo(1_700_000 / (seconds.warmup + seconds.samples + seconds.settle));
  });

  it("says where the differences between accuracies come from: all but the last round has two samples or more a pass", () => {
    const { variance } = summary(facts, MEASURED);
    expect(variance).toMatchObject({ samples: 54, passes: 18 });
    expect(variance?.networkAtMost).toBeGreaterThan(0);
  });

  it("gives the samples, mean and best accuracy of every round", () => {
    const { rounds } = summary(facts, MEASURED);
    expect(rounds.map(({ samples }) => samples)).toEqual([12, 12, 9, 9, 6, 6, 3]);
    const last = facts.flatMap(({ fact }) =>
      fact.kind === "sample.evaluated" && fact.round === 7 ? [fact.correct / fact.total] : [],
    );
    expect(rounds[6]?.best).toBe(Math.max(...last));
    expect(rounds[6]?.mean).toBeCloseTo(last.reduce((sum, accuracy) => sum + accuracy, 0) / 3);
  });

  it("adds up seconds by what they were for: the search, the network of its answer, and each kind of rival", () => {
    const train = { ...preset("cifar10").train, seeds: 2, epochs: 3, randomRivals: 4, fullPrecisionTwin: true };
    const { facts: trained } = fakeSearch({ train });
    const { work, seconds } = summary(trained, MEASURED);
    // An epoch of a network takes 60 s to train and 4 s to evaluate.
    expect(work.map(({ of, networks, training, evaluation }) => [of, networks, training, evaluation])).toEqual([
      ["search", 0, expect.closeTo(seconds.warmup + seconds.samples + seconds.settle), expect.any(Number)],
      ["answer", 2, 360, 24],
      ["random", 8, 1440, 96],
      ["full-precision", 2, 360, 24],
    ]);
    expect(work.reduce((sum, { evaluation }) => sum + evaluation, 0)).toBeCloseTo(seconds.evaluation);
    expect(summary(facts, MEASURED).work.map(({ of }) => of)).toEqual(["search"]);
    // Samples that are trained side by side are merged, 0.02 s a pass.
    const merged = fakeSearch({ parallel: 2 }).facts;
    const merges = merged.filter(({ fact }) => fact.kind === "pass.merged").length;
    const { work: own, seconds: stages } = summary(merged, MEASURED);
    expect(merges).toBeGreaterThan(0);
    expect(own[0]?.training).toBeCloseTo(stages.warmup + stages.samples + stages.settle + 0.02 * merges);
  });

  it("counts a fact once, however often it is read", () => {
    expect(summary([...facts, ...facts], MEASURED)).toEqual(summary(facts, MEASURED));
  });

  it("calls mesh the time in which no job ran, and counts jobs side by side once", () => {
    const at = (second: number, fact: Fact) =>
      record("a", fact, writerOf(fact.kind), new Date(Date.UTC(2025, 0, 1) + second * 1000).toISOString());
    const id = { round: 1, pass: 1, sample: 1 };
    const { seconds } = summary(
      [
        at(0, { kind: "search.cancelled", reason: "only a first fact" }),
        at(11, { kind: "sample.trained", ...id, checkpoint: "0".repeat(64), loss: 1, images: 1, seconds: 10 }),
        at(21, {
          kind: "sample.trained",
          ...id,
          sample: 2,
          checkpoint: "0".repeat(64),
          loss: 1,
          images: 1,
          seconds: 9,
        }),
        at(15, { kind: "sample.evaluated", ...id, correct: 1, total: 2, seconds: 3 }),
        at(25, { kind: "sample.evaluated", ...id, sample: 2, correct: 1, total: 2, seconds: 3 }),
      ],
      MEASURED,
    );
    expect(seconds.wall).toBe(25);
    expect(seconds.mesh).toBe(1 + 1 + 1);
  });

  it("knows no speed where nothing was trained, and no negative time", () => {
    const none = summary([], { peakMemoryBytes: 5, latency: null });
    expect(none.imagesPerSecond).toEqual({ warmup: null, samples: null, settle: null, models: null, training: null });
    expect(none.rounds).toEqual([]);
    expect(none.variance).toBeNull();
    expect(none.peakMemoryBytes).toBe(5);
    expect(none.seconds.mesh).toBe(0);
  });
});
