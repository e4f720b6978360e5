import type { LoadedNetwork } from "@bnas/runtime";
import { describe, expect, it } from "vitest";
import { latencyOf } from "../src/outputs/network-latency.js";

/** A network whose runs take so many milliseconds, one after another and then as the last; and the clock that they move. */
const networkOf = (times: readonly number[]) => {
  let now = 0;
  let runs = 0;
  const network = {
    input: { height: 2, width: 3, channels: 1 },
    classify: (pixels: ArrayLike<number>) => {
      expect(pixels.length).toBe(6);
      now += times[Math.min(runs++, times.length - 1)] ?? 0;
      return { class: "a", probabilities: [1] };
    },
  };
  // All that is used of it.
  return { network: network as unknown as LoadedNetwork, clock: () => now };
};

describe("the latency of a network", () => {
  it("is the median and the least of thirty runs; the first three warm up and do not count", () => {
    const { network, clock } = networkOf([900, 800, 700, 9, 5, 7, 7]);
    const { milliseconds, runs } = latencyOf(network, clock);
    expect({ milliseconds, runs }).toEqual({ milliseconds: { median: 7, least: 5 }, runs: 30 });
  });

  it("of a slow network is that of as many runs as fit three seconds, of one at least", () => {
    const slow = networkOf([1000]);
    expect(latencyOf(slow.network, slow.clock).runs).toBe(3);
    const slower = networkOf([60_000]);
    expect(latencyOf(slower.network, slower.clock)).toMatchObject({ runs: 1, milliseconds: { median: 60_000 } });
  });

  it("says what ran it, and on which machine", () => {
    const { network, clock } = networkOf([1]);
    const { runtime, machine } = latencyOf(network, clock);
    expect(runtime).toMatch(/^the runtime of bnas \d+\.\d+\.\d+ in WebAssembly, 1-bit form, one thread$/);
    expect(machine).toContain(`Node ${process.versions.node}`);
  });
});
