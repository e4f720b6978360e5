// Steps of a network on several engines, alternated: npm run bench -w packages/network -- wasm node [--rounds 3] [--steps 5] [--binarizer xnor,pcnn]
// Least and median milliseconds of the processor over all rounds, the ratio to the first row, and the most memory.
import { execFileSync } from "node:child_process";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "3" },
    steps: { type: "string", default: "5" },
    binarize: { type: "string", default: "weights" },
    binarizer: { type: "string", default: "xnor" },
  },
});
const engines = positionals.length > 0 ? positionals : ["wasm", "node"];
const one = fileURLToPath(new URL("one.js", import.meta.url));
const rows = engines.flatMap((engine) => values.binarizer.split(",").map((binarizer) => ({ engine, binarizer })));
const run = ({ engine, binarizer }, step) => {
  const args = [one, engine, step, values.binarize, values.steps, binarizer];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
};
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const load = () => loadavg()[0].toFixed(1);

console.log(
  `batch 64, 32x32, 4 cells, 16 channels, C = 2, ${values.binarize}; ${values.rounds} rounds of ${values.steps} steps; load ${load()}`,
);
for (const step of ["train", "evaluate", "supernet", "supernet+strengths"]) {
  const found = new Map(rows.map((row) => [row, { processor: [], megabytes: 0 }]));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const row of rows) {
      const { processor, megabytes } = run(row, step);
      const all = found.get(row);
      all.processor.push(...processor);
      all.megabytes = Math.max(all.megabytes, megabytes);
    }
  }
  const first = Math.min(...found.get(rows[0]).processor);
  for (const [{ engine, binarizer }, { processor, megabytes }] of found) {
    const least = Math.min(...processor);
    console.log(
      `${step.padEnd(20)} ${engine.padEnd(6)} ${binarizer} ${least.toFixed(0).padStart(6)} / ${median(processor).toFixed(0).padStart(6)} ms` +
        `  ${(least / first).toFixed(2).padStart(5)} x  ${String(megabytes).padStart(5)} MB`,
    );
  }
}
console.log(`load ${load()}`);
