// Strikes a whole mesh at random, again and again, while searches run, and lets a model check what it did and answered. npm run
// test:chaos -- --kills 20 [--log file|nats] [--seed 1] ...: README.md has all options
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canBeApart, endWithStarter, folderApart, runApart } from "./apart.js";
import { chaos } from "./chaos.js";
import { openLoopback } from "./network.js";
import { type Options, readOptions } from "./options.js";

const optionsOrEnd = (): Options => {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
};

const options = optionsOrEnd();
const given = folderApart();
if (given === undefined) {
  const folder = mkdtempSync(join(tmpdir(), "bnas-chaos-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  if (canBeApart()) process.exit(await runApart(folder));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));
  process.exit((await chaos(options, { folder, apart: false })) ? 0 : 1);
}
endWithStarter();
openLoopback();
process.exit((await chaos(options, { folder: given, apart: true })) ? 0 : 1);
