// Speed, as ratios against a reference of the same run: npm run bench -- [ROW...] [--check] [--short] [--json FILE]
// --check ends with 1 where a ratio is worse than its range in ranges.json; README.md has the rest.
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { isInvalidInput } from "@bnas/errors";
import { type Checked, checkRow, verdictOf } from "./gate/check.js";
import { type Options, parseOptions } from "./gate/options.js";
import { parseRanges, type Range } from "./gate/ranges.js";
import { header, remark, rowLine } from "./gate/table.js";
import { type Try, tryRow } from "./gate/try-row.js";
import { ROWS } from "./rows.js";

const FILE = "test/bench/ranges.json";

/** A row that gave no number: that is no ratio within a range, and no bad one. */
class NotMeasured extends Error {
  constructor(name: string) {
    super(`${name} could not be measured: the lines above say why.`);
  }
}

type Result = Checked & { readonly name: string; readonly range: Range; readonly tries: readonly Try[] };

/** Without --check one try is all: the table says what was found. */
const measure = async (name: string, range: Range, { check, form }: Options): Promise<Result> => {
  const tries: Try[] = [];
  const once = async (): Promise<number> => {
    const found = await tryRow(name, form);
    if (found === null) throw new NotMeasured(name);
    tries.push(found);
    return found.ratio;
  };
  if (check) return { name, range, tries, ...(await checkRow(range, once)) };
  const ratio = await once();
  return { name, range, tries, ratios: [ratio], verdict: verdictOf(ratio, range) };
};

const machine = { processor: cpus()[0]?.model ?? "unknown", cores: availableParallelism(), node: process.version };

const main = async (options: Options, ranges: ReadonlyMap<string, Range>): Promise<boolean> => {
  console.log(`${machine.processor}, ${machine.cores} cores, Node ${machine.node}, load ${loadavg()[0]?.toFixed(1)}`);
  console.log(header());
  const results: Result[] = [];
  for (const name of options.names) {
    const range = ranges.get(name);
    if (range === undefined) throw new RangeError(`${name} has no range`);
    const result = await measure(name, range, options);
    results.push(result);
    const last = result.tries.at(-1);
    if (last !== undefined) console.log(rowLine(name, last, range));
    const said = remark(name, result, range, FILE);
    if (said !== undefined) console.log(said);
  }
  if (options.json !== undefined) {
    const { form } = options;
    writeFileSync(options.json, `${JSON.stringify({ ...machine, form, rows: results }, null, 2)}\n`);
  }
  const worse = results.filter(({ verdict }) => verdict === "worse").map(({ name }) => name);
  if (options.check) {
    console.log(
      worse.length === 0 ? `${results.length} rows, none worse than its range` : `worse: ${worse.join(", ")}`,
    );
  }
  return !options.check || worse.length === 0;
};

const command = async (): Promise<number> => {
  const options = parseOptions(process.argv.slice(2), ROWS);
  const text = readFileSync(new URL("ranges.json", import.meta.url), "utf8");
  return (await main(options, parseRanges(text, FILE, Object.keys(ROWS)))) ? 0 : 1;
};

try {
  process.exit(await command());
} catch (error) {
  console.error(isInvalidInput(error) || error instanceof NotMeasured ? error.message : error);
  process.exit(2);
}
