// The ranges that runs give: node --import tsx test/bench/propose-ranges.ts FILE..., files of `npm run bench -- --json FILE`
// Prints, for every row, least, usual and most for ranges.json, and the greatest ratio and the number of the tries they come from.
import { readFileSync } from "node:fs";
import { proposeRange } from "./gate/propose-range.js";
import { digits } from "./gate/table.js";

/** The part of such a file that counts here. */
type Run = { readonly rows: readonly { readonly name: string; readonly ratios: readonly number[] }[] };

const ratios = new Map<string, number[]>();
for (const file of process.argv.slice(2)) {
  // Written by run.ts.
  const run = JSON.parse(readFileSync(file, "utf8")) as Run;
  for (const row of run.rows) ratios.set(row.name, [...(ratios.get(row.name) ?? []), ...row.ratios]);
}
for (const [name, found] of ratios) {
  const { least, usual, most, worst } = proposeRange(found);
  const text = `"least": ${digits(least)}, "usual": ${digits(usual)}, "most": ${digits(most)}`;
  console.log(`${name.padEnd(22)} ${text}   worst ${digits(worst)} of ${found.length}`);
}
