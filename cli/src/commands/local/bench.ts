import { EXIT, type ExitCode, invalidInput } from "@bnas/errors";
import {
  checkLatency,
  type LatencyCheck,
  type LatencyTable,
  latencyCosts,
  measureLatency,
  openEngine,
} from "@bnas/network";
import { percent } from "@bnas/report";
import { darts, type Operation, type Spec } from "@bnas/search";
import { requireFreeFile } from "../../outputs/facts-file.js";
import { writeWhole } from "../../outputs/output-folder.js";
import type { EngineFlags } from "../../reach/setting-flags.js";
import { figure } from "../../spec/bound-flags.js";
import { CIFAR, type DerivedFlags } from "../../spec/derived-flags.js";
import type { Surroundings } from "../../terminal/surroundings.js";
import { table } from "../../terminal/table.js";

export type BenchFlags = EngineFlags &
  DerivedFlags & {
    readonly latency: boolean;
    readonly binarize: Spec["binarize"];
    readonly runs: number;
    /** Random networks that are measured as a whole. */
    readonly check: number;
    readonly json?: string;
  };

/** `bnas bench --latency`: how long each operation of a derived network takes on this machine, as a table for `bnas derive`. */
export const benchCommand = async (flags: BenchFlags, clock: () => number, here: Surroundings): Promise<ExitCode> => {
  if (!flags.latency) throw invalidInput("bench", "nothing", "--latency", "It says what is measured.");
  await requireFreeFile(flags.json, "--json");
  const engine = await openEngine(flags.engine, {
    ...(flags.engineDir === undefined ? {} : { folder: flags.engineDir }),
    fallback: flags.gpuFallback === "cpu",
    environment: here.env,
  });
  const { cells, channels, binarize, runs } = flags;
  const options = {
    engine,
    network: { cells, channels, stem: "cifar", binarize },
    input: CIFAR,
    runs,
    clock,
    progress: (done: number, all: number) => here.status?.(`measured ${done} of ${all}`),
  } as const;
  const measured = await measureLatency(options);
  for (const line of tableLines(measured)) here.out(line);
  if (flags.check > 0) here.out(checkLine(await checkLatency(measured, flags.check, options)));
  if (flags.json !== undefined) {
    await writeWhole(flags.json, `${JSON.stringify(measured, null, 1)}\n`).catch((error: NodeJS.ErrnoException) => {
      throw invalidInput("--json", flags.json, "a file that can be written", `${error.code}: name another.`);
    });
    here.note(`wrote ${flags.json}`);
  }
  return EXIT.done;
};

const tableLines = (measured: LatencyTable): readonly string[] => {
  const { base, of } = latencyCosts(measured);
  const time = (cell: "normal" | "reduce", from: number, operation: Operation): string =>
    figure("latency", of(cell, from, operation).latency ?? 0);
  const rows = darts.operations
    .filter((operation) => operation !== "none")
    .map((operation) => [
      operation,
      time("normal", 0, operation),
      time("reduce", 2, operation),
      time("reduce", 0, operation),
    ]);
  const { cells, channels, binarize } = measured.network;
  return [
    `one image through ${cells} cells of ${channels} channels, ${binarize}, on the engine ${measured.engine}: ${figure("latency", base.latency ?? 0)} without links, and for each link`,
    ...table([["", "normal", "reduction", "halving"], ...rows]),
  ];
};

const checkLine = (checks: readonly LatencyCheck[]): string => {
  const errors = checks.map(({ measured, summed }) => Math.abs(summed / measured - 1)).toSorted((a, b) => a - b);
  const at = (share: number): string => percent(errors[Math.floor(share * (errors.length - 1))] ?? 0);
  const times = checks.map(({ measured }) => measured);
  return (
    `${checks.length} random networks of ${figure("latency", Math.min(...times))} to ${figure("latency", Math.max(...times))}: ` +
    `the sum over links is off by ${at(0.5)} (median), ${at(0.9)} (nine of ten), ${at(1)} (worst)`
  );
};
