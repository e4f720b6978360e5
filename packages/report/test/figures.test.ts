import { describe, expect, it } from "vitest";
import { count, duration, megabytes, percent, preciseDuration, precisePercent, rate, several } from "../src/figures.js";

describe("figures for people", () => {
  it("are short in sentences", () => {
    expect([0.76, 42.4, 190, 18_120, 1_047_600].map(duration)).toEqual([
      "0.8 s",
      "42 s",
      "3 min 10 s",
      "5 h 2 min",
      "12 d 3 h",
    ]);
    expect(percent(0.6124)).toBe("61.2 %");
  });

  it("give durations in the unit that fits", () => {
    expect([0.069, 12.34, 59.96, 60, 245, 3599.6, 7620].map(preciseDuration)).toEqual([
      "0.07 s",
      "12.3 s",
      "1 min 00 s",
      "1 min 00 s",
      "4 min 05 s",
      "1 h 00 min",
      "2 h 07 min",
    ]);
  });

  it("group thousands, round rates to three figures and count in words", () => {
    expect([0, 999, 1000, 25_000, 1_234_567].map(count)).toEqual(["0", "999", "1,000", "25,000", "1,234,567"]);
    expect([0.1234, 56.78, 99.96, 1234.5].map(rate)).toEqual(["0.123", "56.8", "100", "1,235"]);
    expect([several(1, "sample"), several(12, "sample")]).toEqual(["1 sample", "12 samples"]);
    expect([precisePercent(0.38254), megabytes(812_300_000)]).toEqual(["38.25 %", "812 MB"]);
  });
});
