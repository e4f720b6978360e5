// How much of a score is its network: npm run signal -- retrain|table|agree; README.md has the rest.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isInvalidInput } from "@bnas/errors";
import { parseFactsFile } from "@bnas/log";
import { greatestOf, leastOf } from "@bnas/search";
import { agreementOf } from "./agreement.js";
import { meanOf } from "./components.js";
import { inherit, inheritedTau, readInherited } from "./inherited.js";
import { type Options, parseOptions } from "./options.js";
import { foretold, overSeeds, partsOf, secondsOf, shares, withError } from "./parts.js";
import { type Result, readResults } from "./results.js";
import { retrain } from "./retrain.js";

const SCHEDULES = ["constant", "annealed"] as const;

const percents = ({ value, error }: { readonly value: number; readonly error: number }): string =>
  `${(100 * value).toFixed(0)} % +- ${Number.isFinite(error) ? (100 * error).toFixed(0) : "?"}`;

/** The parts of a score over all seeds, for each schedule and number of reduction images. */
const tableLines = (seeds: readonly (readonly Result[])[]): { readonly lines: string[]; readonly rows: object[] } => {
  const lines = [
    `${seeds.length} seeds; variances in points squared; a share is what a network is worth, of all there is`,
  ];
  const rows: object[] = [];
  const chunks = seeds[0]?.[0]?.reduction.length ?? 0;
  for (const schedule of SCHEDULES) {
    for (let count = 1; count <= chunks; count++) {
      const parts = seeds.map((results) => partsOf(results, schedule, count));
      const mean = overSeeds(parts);
      const own = withError(parts, (all) => shares(all).own);
      const same = withError(parts, (all) => shares(all).same);
      const images = seeds[0]?.[0]?.reduction.slice(0, count).reduce((sum, [, total]) => sum + total, 0);
      const before = meanOf(seeds.map((results) => foretold(results, schedule, count)));
      rows.push({ schedule, images, ...mean, shareOwnOrder: own, shareSameOrder: same, foretold: before });
      const figures = [mean.accuracy, mean.worth, mean.network, mean.order, mean.rest, mean.counting];
      lines.push(
        `${schedule.padEnd(9)} ${String(images).padStart(5)} images  ${figures.map((one) => one.toFixed(2).padStart(6)).join(" ")}` +
          `  own order ${percents(own)}, same order ${percents(same)}; untrained r ${before.toFixed(2)}`,
      );
    }
    const [training, reduction] = [0, 1].map((of) =>
      meanOf(seeds.map((results) => secondsOf(results, schedule)[of as 0 | 1])),
    );
    lines.push(
      `${schedule}: ${training?.toFixed(2)} s of training, ${reduction?.toFixed(2)} s of evaluation on all images`,
    );
  }
  return { lines, rows };
};

/** Whether seeds agree by networks that were not trained, where folders have them. */
const inheritedLines = (folders: readonly string[]): string[] => {
  const seeds = folders.map(readInherited).filter(({ length }) => length > 0);
  if (seeds.length < 2) return [];
  const passes = leastOf(seeds.map((networks) => 1 + greatestOf(networks.map(({ pass }) => pass))));
  const seconds = meanOf(seeds.flatMap((networks) => networks.map((one) => one.seconds)));
  return [1, 2, 4, 8, 16, 32, 64]
    .filter((count) => count <= passes)
    .map(
      (count) =>
        `untrained: ${String(count).padStart(3)} passes of 8, ${(8 * count * seconds).toFixed(0)} s: tau between seeds ${inheritedTau(seeds, count).toFixed(3)}`,
    );
};

const HEADER = "                        accuracy  worth network order  rest counting";

const factsIn = (folder: string) => {
  const file = join(folder, "facts.jsonl");
  return parseFactsFile(readFileSync(file, "utf8"), file).facts.map(({ fact }) => fact);
};

const main = async (options: Options): Promise<void> => {
  switch (options.command) {
    case "retrain":
      return retrain(options, console.log);
    case "inherit":
      return inherit(options, options.passes, console.log);
    case "table": {
      const { lines, rows } = tableLines(options.folders.map(readResults));
      console.log([HEADER, ...lines].join("\n"));
      console.log(inheritedLines(options.folders).join("\n"));
      if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ rows }, null, 2)}\n`);
      return;
    }
    case "agree": {
      const found = agreementOf(options.folders.map(factsIn));
      const { pairs, tau, error, sameLeft } = found;
      console.log(
        `${options.folders.length} searches, ${pairs} pairs: tau of going ${tau.toFixed(3)} +- ${error.toFixed(3)}, same operation left ${sameLeft.toFixed(3)}`,
      );
      if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(found, null, 2)}\n`);
    }
  }
};

try {
  await main(parseOptions(process.argv.slice(2)));
} catch (error) {
  if (!isInvalidInput(error)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
