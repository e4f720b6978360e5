import { aSpec, simulate } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import { type AccuracyVariance, accuracyVariance, type SampleId, start, stream } from "../src/index.js";

const IMAGES = 1_000_000;
const passes = 10;

/** A search of many passes whose accuracies are given, evaluated on so many images that counting is next to nothing. */
const varianceOf = (accuracy: (id: SampleId) => number, images = IMAGES): AccuracyVariance => {
  const spec = aSpec({ reduction: { passes }, sample: "all" });
  const found = accuracyVariance(simulate(spec, { seed: 1, images, accuracy: (_, id) => accuracy(id) }).search);
  if (found === undefined) throw new Error("nothing was found");
  return found;
};

const noise = (seed: number, { round, pass, sample }: SampleId): number =>
  stream(seed, "noise", round, pass, sample).gaussian();

describe("the variance of the accuracies of a search", () => {
  it("counts the samples of passes that have two or more, and those passes", () => {
    const found = varianceOf((id) => 0.5 + 0.01 * noise(1, id));
    expect(found).toMatchObject({ samples: passes * (8 + 7 + 6 + 5 + 4 + 3 + 2), passes: passes * 7 });
  });

  it("is the rest where nothing but networks and luck differ", () => {
    const found = varianceOf((id) => 0.5 + 0.02 * noise(2, id));
    expect(found.withinPass / 0.0004).toBeCloseTo(1, 0);
    expect(found.networkAtMost).toBeGreaterThan(0.98);
    expect(Math.abs(found.gainPerSample)).toBeLessThan(0.001);
    expect(found.betweenPasses).toBeLessThan(0.00001);
  });

  it("is of position where each sample is better than the one before it", () => {
    const found = varianceOf((id) => 0.4 + 0.02 * id.sample + 0.001 * noise(3, id));
    expect(found.gainPerSample).toBeCloseTo(0.02, 3);
    expect(found.position / found.withinPass).toBeGreaterThan(0.99);
    expect(found.networkAtMost).toBeLessThan(0.01);
  });

  it("is between passes where accuracies rise from round to round, and then none of it is within them", () => {
    const found = varianceOf((id) => 0.3 + 0.05 * id.round + 0.01 * noise(4, id));
    // Rounds 1 to 7, equally often: their variance is 4, times 0.05 squared.
    expect(found.betweenPasses).toBeCloseTo(0.01, 3);
    expect(found.withinPass).toBeCloseTo(0.0001, 5);
  });

  it("is of counting where equal networks are evaluated on few images", () => {
    const found = varianceOf((id) => {
      const { below } = stream(5, "answers", id.round, id.pass, id.sample);
      const right = Array.from({ length: 100 }, () => below(4) === 0).filter(Boolean).length;
      return right / 100;
    }, 100);
    // 0.25 * 0.75 / 100
    expect(found.counting / 0.001875).toBeCloseTo(1, 1);
    expect(found.withinPass / found.counting).toBeCloseTo(1, 0);
    expect(found.rest / found.withinPass).toBeLessThan(0.2);
  });

  it("has no less of networks than nothing, where they differ by less than counting on images of their own would make them", () => {
    const found = varianceOf((id) => 0.5 + 0.01 * Math.sign(noise(7, id)), 100);
    expect(found.counting).toBeGreaterThan(found.withinPass);
    expect(found).toMatchObject({ rest: 0 });
    // All fail at the same images, perhaps: then all of it is the networks.
    expect(found.networkAtMost).toBeGreaterThan(0.9);
  });

  it("adds up: position, counting and the rest are what there is within passes", () => {
    const found = varianceOf((id) => 0.5 + 0.01 * id.sample + 0.03 * noise(6, id), 1000);
    expect(found.position + found.counting + found.rest).toBeCloseTo(found.withinPass, 12);
  });

  it("is not given where there are too few samples, or all are equal", () => {
    expect(accuracyVariance(start("empty"))).toBeUndefined();
    const equal = simulate(aSpec(), { seed: 1, accuracy: () => 0.5 }).search;
    expect(accuracyVariance(equal)).toBeUndefined();
  });
});
