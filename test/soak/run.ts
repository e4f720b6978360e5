// Many tiny searches in one mesh of real processes, and whether the memory of each process stays level: npm run soak -- --searches 1000.
// It ends with 1 where a service grows, a process was started again, or a search ends otherwise than the same search did before.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { SearchServiceDefinition } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { startMesh } from "../chaos/mesh.js";
import { space } from "../sim/mesh/specs.js";
import { curve } from "./curve.js";
import { driftOf, LEVEL_SHARE, type Sample } from "./level.js";
import { residentBytes } from "./memory.js";
import { type Options, parseOptions } from "./options.js";

/** Searches of so many seeds: one of a seed that was there before must find the same. */
const SEEDS = 8;

const spec = (number: number) => ({
  preset: "smoke",
  space: JSON.stringify(space),
  dataset: "shapes:?classes=3&size=8&images=60&test=20",
  seed: number % SEEDS,
  network: { cells: 2, channels: 4, partial: 2 },
  data: { limit: 0, reductionImages: 20, cropPadding: 1 },
  warmup: { epochs: 1, batch: 20 },
  reduction: { passes: 1, batch: 20 },
});

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);

const soak = async (options: Options, folder: string): Promise<boolean> => {
  const begun = performance.now();
  const mesh = await startMesh(
    { log: "nats", store: "nats", trainers: options.trainers },
    { folder, apart: false, onLine: () => {} },
  );
  const { client, close } = connect(SearchServiceDefinition, mesh.api, { deadlineMs: 60_000 });
  const samples = new Map<string, Sample[]>(mesh.processes.map(({ name }) => [name, []]));
  const found = new Map<number, string>();
  const wrong: string[] = [];
  let opened = 0;
  let ended = 0;

  const measure = () => {
    for (const { name, pid } of mesh.processes) {
      const bytes = pid === undefined ? undefined : residentBytes(pid);
      if (bytes !== undefined) samples.get(name)?.push({ searches: ended, bytes });
    }
  };
  const search = async (number: number) => {
    const searchId = `soak-${number}`;
    await client.createSearch({ searchId, spec: spec(number) });
    for await (const _ of client.watchSearch({ searchId })) {
      // To its end.
    }
    const { genotypeJson } = await client.getArchitecture({ searchId });
    const before = found.get(number % SEEDS) ?? genotypeJson;
    found.set(number % SEEDS, before);
    if (genotypeJson !== before) wrong.push(`${searchId} found another genotype than an earlier search of its seed`);
    ended++;
    measure();
    if (ended % 50 === 0) {
      const held = mesh.processes.map(({ name }) => `${name} ${megabytes(samples.get(name)?.at(-1)?.bytes ?? 0)}`);
      const seconds = (performance.now() - begun) / 1000;
      console.log(
        `${ended} searches, ${seconds.toFixed(0)} s, load ${loadavg()[0]?.toFixed(1)}; MB: ${held.join(", ")}`,
      );
    }
  };
  const lane = async () => {
    while (opened < options.searches) await search(opened++);
  };
  try {
    await whenItAnswers(() => client.listSearches({}));
    await Promise.all(Array.from({ length: options.atOnce }, lane));
  } finally {
    close();
    for (const { name, starts, said } of mesh.processes) {
      if (starts > 1) wrong.push(`${name} was started ${starts} times; its last words: ${said.slice(-1_000)}`);
    }
    await mesh.stop();
  }

  console.log(
    `\n${options.searches} searches in ${((performance.now() - begun) / 1000).toFixed(0)} s; resident memory after the first ${options.warm}:`,
  );
  for (const [name, list] of samples) {
    const { before, after, aSearch, level } = driftOf(list, options.warm);
    // It keeps the facts of every search, and an index of them in memory.
    const keepsAll = name === mesh.broker?.process.name;
    const verdict = keepsAll ? "keeps all facts" : level ? "level" : "GROWS";
    console.log(
      `${name.padEnd(12)} ${megabytes(before).padStart(5)} MB to ${megabytes(after).padStart(5)} MB, ` +
        `${(aSearch / 1024).toFixed(1).padStart(7)} KB a search  ${verdict.padEnd(15)}  ${curve(list.map(({ bytes }) => bytes))}`,
    );
    if (!level && !keepsAll) wrong.push(`${name} grew by more than ${100 * LEVEL_SHARE} %`);
  }
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(Object.fromEntries(samples)));
  for (const sentence of wrong) console.log(`FAULT ${sentence}`);
  return wrong.length === 0;
};

/** Services take a moment to listen. Rejects as the last of 300 tries did. */
const whenItAnswers = async (ask: () => Promise<unknown>): Promise<void> => {
  for (let tries = 1; ; tries++) {
    try {
      await ask();
      return;
    } catch (error) {
      if (tries === 300) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
};

const optionsOrEnd = (): Options => {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
};

const options = optionsOrEnd();
const folder = mkdtempSync(join(tmpdir(), "bnas-soak-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));
process.exit((await soak(options, folder)) ? 0 : 1);
