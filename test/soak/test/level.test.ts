import { describe, expect, it } from "vitest";
import { driftOf, type Sample } from "../level.js";

/** Memory that goes up by 1 MB a search and down again every tenth, on a floor of 100 MB that rises by so much a search. */
const sawtooth = (growth: number): Sample[] =>
  Array.from({ length: 1_000 }, (_, searches) => ({
    searches,
    bytes: 100e6 + (searches % 10) * 1e6 + growth * searches,
  }));

describe("memory of a process in a soak", () => {
  it("is level where only what lies between two collections goes up and down", () => {
    expect(driftOf(sawtooth(0), 100)).toMatchObject({ before: 100e6, after: 100e6, aSearch: 0, level: true });
  });

  it("grows where the floor rises, by as much as it rises a search", () => {
    const { level, aSearch } = driftOf(sawtooth(700e3), 100);
    expect(level).toBe(false);
    expect(aSearch).toBeCloseTo(700e3, -4);
  });

  it("does not count what a process takes to become warm", () => {
    const warming = sawtooth(0).map(({ searches, bytes }) => ({ searches, bytes: searches < 100 ? bytes / 2 : bytes }));
    expect(driftOf(warming, 100).level).toBe(true);
    expect(driftOf(warming, 0).level).toBe(false);
  });

  it("is not said of a run that ended before it was warm", () => {
    expect(() => driftOf(sawtooth(0).slice(0, 50), 100)).toThrow("0 samples after 100 searches: at least 2 are needed");
  });
});
