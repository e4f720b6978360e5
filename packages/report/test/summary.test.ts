import { describe, expect, it } from "vitest";
import { summary } from "../src/summary.js";
import { fakeSearch } from "./fake-search.js";

const MEASURED = { wallSeconds: 2000, peakMemoryBytes: null };
const { facts } = fakeSearch();
const secondsOf = (kind: string, stage?: string): number =>
  facts.reduce((sum, { fact }) => {
    const counts = fact.kind === kind && (stage === undefined || ("stage" in fact && fact.stage === stage));
    return counts && "seconds" in fact ? sum + fact.seconds : sum;
  }, 0);

describe("the summary of a search", () => {
  it("adds up seconds by stage, and calls the rest of the wall time mesh", () => {
    const { seconds } = summary(facts, MEASURED);
    expect(seconds.warmup).toBeCloseTo(secondsOf("epoch.trained", "warmup"));
    expect(seconds.settle).toBeCloseTo(secondsOf("epoch.trained", "settle"));
    expect(seconds.samples).toBeCloseTo(secondsOf("sample.trained"));
    expect(seconds.evaluation).toBeCloseTo(secondsOf("sample.evaluated"));
    expect(seconds.warmup + seconds.samples + seconds.evaluation + seconds.settle + seconds.mesh).toBeCloseTo(2000);
  });

  it("counts the jobs of the paper's search: 5 + 6 epochs of the supernet and 57 samples", () => {
    const { epochsTrained, samplesTrained, images } = summary(facts, MEASURED);
    expect({ epochsTrained, samplesTrained }).toEqual({ epochsTrained: 11, samplesTrained: 57 });
    expect(images).toEqual({ warmup: 125_000, samples: 1_425_000, settle: 150_000 });
  });

  it("gives images a second of training, by stage and in all", () => {
    const { imagesPerSecond, seconds } = summary(facts, MEASURED);
    expect(imagesPerSecond.samples).toBeCloseTo(1_425_000 / seconds.samples);
    expect(imagesPerSecond.training).toBeCloseTo(1_700_000 / (seconds.warmup + seconds.samples + seconds.settle));
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

  it("counts a fact once, however often it is read", () => {
    expect(summary([...facts, ...facts], MEASURED)).toEqual(summary(facts, MEASURED));
  });

  it("knows no speed where nothing was trained, and no negative time", () => {
    const none = summary([], { wallSeconds: 0, peakMemoryBytes: 5 });
    expect(none.imagesPerSecond).toEqual({ warmup: null, samples: null, settle: null, training: null });
    expect(none.rounds).toEqual([]);
    expect(none.peakMemoryBytes).toBe(5);
    expect(summary(facts, { ...MEASURED, wallSeconds: 1 }).seconds.mesh).toBe(0);
  });
});
