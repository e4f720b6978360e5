import { readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, platform } from "node:os";
import type { Latency } from "@bnas/report";
import type { LoadedNetwork } from "@bnas/runtime";

/** Runs before those that count: the engine of JavaScript compiles. */
const WARM_UP = 3;
const RUNS = 30;
/** Milliseconds after which no further run begins. */
const ENOUGH = 3_000;

/**
 * How long a network takes for one image on this machine, as it would run on a device: in 1-bit form, on one thread. What an image
 * shows makes no difference to it.
 * @param clock milliseconds from any start, as exact as there are
 */
export const latencyOf = (network: LoadedNetwork, clock: () => number): Latency => {
  const { height, width, channels } = network.input;
  const pixels = Uint8Array.from({ length: height * width * channels }, (_, i) => (31 * i) % 256);
  for (let run = 0; run < WARM_UP; run++) network.classify(pixels);
  const times: number[] = [];
  const begun = clock();
  while (times.length === 0 || (times.length < RUNS && clock() - begun < ENOUGH)) {
    const start = clock();
    network.classify(pixels);
    times.push(clock() - start);
  }
  times.sort((one, other) => one - other);
  const median = times[times.length >> 1] ?? 0;
  return {
    milliseconds: { median: rounded(median), least: rounded(times[0] ?? 0) },
    runs: times.length,
    runtime: `the runtime of bnas ${version} in WebAssembly, 1-bit form, one thread`,
    machine: `${cpus()[0]?.model.trim() ?? "an unknown processor"} (${availableParallelism()} cores), ${platform()} ${arch()}, Node ${process.versions.node}`,
  };
};

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

const rounded = (milliseconds: number): number => Math.round(milliseconds * 1000) / 1000;
