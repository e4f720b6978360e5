import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { bundle, type Change } from "./bundle.js";
import { type Options, parseOptions } from "./options.js";
import { PLANTED } from "./planted/planted.js";

// `npm run sim`: searches in simulated meshes, one for each seed (README.md). It exits with 1 when a law is broken.

const open = async (name: string, changes: readonly Change[] = []): Promise<typeof import("./simulate-seed.js")> =>
  import(await bundle(name, changes));

const commit = (): string => {
  try {
    const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();
    return `${git("rev-parse", "--short", "HEAD")}${git("status", "--porcelain") === "" ? "" : " and what is not committed"}`;
  } catch {
    return "unknown";
  }
};

const searchSeeds = async ({ from, seeds, kinds, trace }: Options): Promise<boolean> => {
  const { simulateSeed } = await open("simulator");
  const before = process.cpuUsage();
  const hash = createHash("sha256");
  const sums = { searches: 0, facts: 0, events: 0, bad: 0 };
  for (let seed = from; seed < from + seeds; seed++) {
    const lines: string[] | undefined = trace ? [] : undefined;
    const { faults, searches, facts, events, traceHash } = await simulateSeed(seed, { kinds, trace: lines });
    if (lines !== undefined) process.stdout.write(lines.join(""));
    hash.update(traceHash);
    sums.searches += searches;
    sums.facts += facts;
    sums.events += events;
    if (faults.length === 0) continue;
    sums.bad++;
    console.log(`seed ${seed}: ${faults.slice(0, 5).join("\n  ")}`);
    console.log(
      `  commit ${commit()}; again: npm run sim -- --from ${seed} --seeds 1 --trace${kinds === undefined ? "" : ` --faults "${kinds}"`}`,
    );
  }
  const { user, system } = process.cpuUsage(before);
  const speed = Math.round(sums.searches / ((user + system) / 6e7));
  console.log(
    `${seeds} seeds: ${sums.searches} searches, ${sums.facts} facts, ${sums.events} events; ${speed} searches a minute of CPU`,
  );
  console.log(`traces ${hash.digest("hex")}`);
  console.log(`${seeds - sums.bad} passed, ${sums.bad} failed`);
  return sums.bad === 0;
};

const searchPlanted = async ({ from, seeds, kinds, planted = "" }: Options): Promise<boolean> => {
  let missed = 0;
  for (const [number, { name, changes }] of PLANTED.entries()) {
    if (!name.includes(planted)) continue;
    const { simulateSeed } = await open(`planted-${number}`, changes);
    let found: string | undefined;
    for (let seed = from; seed < from + seeds && found === undefined; seed++) {
      const { faults } = await simulateSeed(seed, { kinds });
      if (faults.length > 0) found = `seed ${seed}: ${faults[0]?.slice(0, 160)}`;
    }
    if (found === undefined) missed++;
    console.log(
      `${found === undefined ? "MISSED" : "found "} ${name}${found === undefined ? "" : `\n       ${found}`}`,
    );
  }
  console.log(
    `${missed === 0 ? "all planted faults were found" : `${missed} planted faults were not found`} within ${seeds} seeds`,
  );
  return missed === 0;
};

const options = parseOptions(process.argv.slice(2));
const passed = options.planted === undefined ? await searchSeeds(options) : await searchPlanted(options);
process.exit(passed ? 0 : 1);
