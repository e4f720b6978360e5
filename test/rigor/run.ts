// Every strategy on a table of true accuracies: npm run rigor; README.md has the rest.
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { isInvalidInput } from "@bnas/errors";
import { parseSpec, spaceOf } from "@bnas/search";
import { cellsOf } from "./cells.js";
import { conditionsOf } from "./conditions.js";
import { parseOptions } from "./options.js";
import { picture } from "./picture.js";
import { isWithin, type Ranges } from "./ranges.js";
import { rowsOf, tasksOf } from "./rows.js";
import { sideBySide } from "./side-by-side.js";
import { publicTable, readTable } from "./table.js";
import { printed } from "./text.js";

const run = async (words: readonly string[]): Promise<number> => {
  const options = parseOptions(words);
  const table = options.table === undefined ? publicTable() : readTable(options.table);
  const tasks = tasksOf(table, conditionsOf(table.columns)).filter(
    ({ contender }) => options.only === undefined || options.only.includes(contender.name) || isRival(contender.name),
  );
  const seeds = Array.from({ length: options.seeds }, (_, seed) => seed);
  const begun = performance.now();
  const processes = Math.min(availableParallelism(), tasks.length);
  const answers = await sideBySide(tasks, seeds, { processes, table: options.table }, (done) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${tasks.length} rows `);
  });
  const space = spaceOf(parseSpec({ preset: "smoke", space: table.space }));
  const sorted = new Map(table.columns.map((column) => [column, cellsOf(space, table, column).sorted]));
  const rows = rowsOf(
    tasks.map((task, index) => ({ task, answers: answers[index] ?? { rows: [], samples: 0 } })),
    (column) => sorted.get(column) ?? [],
  );
  console.log(printed(rows, options.seeds));
  console.log(
    `${rows.length} rows of ${options.seeds} searches in ${((performance.now() - begun) / 1000).toFixed(0)} s`,
  );
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ rows }, null, 1)}\n`);
  if (options.picture !== undefined) writeFileSync(options.picture, picture(rows));
  if (!options.check) return 0;
  const ranges = JSON.parse(readFileSync(join(import.meta.dirname, "ranges.json"), "utf8")) as Ranges;
  const outside = isWithin(rows, ranges);
  for (const line of outside) console.log(line);
  console.log(
    outside.length === 0 ? "every row is within its range" : `${outside.length} rows are outside their range`,
  );
  return outside.length === 0 ? 0 : 1;
};

const isRival = (name: string): boolean => name === "random-search" || name === "evolution";

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (!isInvalidInput(error)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
