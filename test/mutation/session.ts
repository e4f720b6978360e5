import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createVitest, type Vitest } from "vitest/node";
import type { Order, Report } from "./orders.js";
import { root, testFilesOf } from "./subjects.js";

// One process that tries mutants of one package, until all are tried or it hangs. `run.ts` starts it, and again after it hung.
// What is found goes to the file of reports, line by line, and is not tried again.

/** A file that takes so long costs every mutant as much: it is last. */
type Covered = Extract<Report, { kind: "covered" }>;

const [name = "", reports = "", wanted = ""] = process.argv.slice(2);
const orderFile = `${reports}.order`;
Object.assign(process.env, { BNAS_MUTATION_ORDER: orderFile, BNAS_MUTATION_PACKAGE: name });

const readReports = (): readonly Report[] =>
  existsSync(reports)
    ? readFileSync(reports, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line): Report => JSON.parse(line))
    : [];

const say = (report: Report) => appendFileSync(reports, `${JSON.stringify(report)}\n`);

async function start(vitest: Vitest, file: string, order: Order): Promise<boolean> {
  writeFileSync(orderFile, JSON.stringify(order));
  const project = vitest.projects[0];
  if (project === undefined) throw new Error("vitest has no project");
  const run = await vitest.runTestSpecifications([project.createSpecification(join(root, file))]);
  // (Others are there as well, as they were left by an earlier start.)
  const testModules = run.testModules.filter(({ moduleId }) => moduleId === join(root, file));
  if (process.env.BNAS_MUTATION_DEBUG) {
    for (const module of testModules) {
      for (const error of module.errors()) process.stderr.write(`${file}: ${error.message}\n${error.stack}\n`);
      for (const test of module.children.allTests("failed"))
        process.stderr.write(`${test.fullName}: ${test.result().errors?.[0]?.message}\n`);
    }
  }
  return testModules.length > 0 && testModules.every((module) => module.ok());
}

const vitest = await createVitest("test", { config: join(root, "test/mutation/vitest.config.ts"), watch: false });
await vitest.standalone();
const files = testFilesOf(name);

if (!readReports().some(({ kind }) => kind === "outside")) {
  for (const file of files) {
    if (await start(vitest, file, { kind: "cover", reports })) continue;
    process.stderr.write(`${file} does not pass as it is: fix it first\n`);
    process.exit(1);
  }
}

const begun = readReports();
const covered = begun.filter((report): report is Covered => report.kind === "covered");
const costOf = (file: string) =>
  covered.filter((one) => one.file === join(root, file)).reduce((sum, { ms }) => sum + ms, 0);
const byCost = [...files].sort((one, other) => costOf(one) - costOf(other));
const left = new Set<number>(JSON.parse(readFileSync(wanted, "utf8")));
const settle = () => {
  for (const report of readReports())
    if (report.kind === "killed" || report.kind === "survived") left.delete(report.mutant);
};
settle();

const tried = readReports().flatMap((report) => (report.kind === "tried" ? [report.file] : []));
for (const file of byCost) {
  if (tried.includes(file)) continue;
  const met = new Set(covered.filter((one) => one.file === join(root, file)).flatMap(({ mutants }) => mutants));
  const mutants = [...left].filter((id) => met.has(id));
  if (mutants.length > 0) await start(vitest, file, { kind: "try", reports, mutants });
  say({ kind: "tried", file });
  settle();
}

// A mutant that only hooks met, or whose test an earlier mutant upset, needs starts of whole files. (The bodies of the tests have
// tried all others.) What only imports met would need the same, for every literal of every table: that is left out, unless asked for.
const metByImports = new Set(begun.flatMap((report) => (report.kind === "imported" ? report.mutants : [])));
const metByHooks = new Set(begun.flatMap((report) => (report.kind === "outside" ? report.mutants : [])));
const metByTests = new Set(covered.flatMap(({ mutants }) => mutants));
const upset = new Set(readReports().flatMap((report) => (report.kind === "upset" ? [report.mutant] : [])));

const needsStarts = (id: number) =>
  upset.has(id) ||
  (metByHooks.has(id) && !metByTests.has(id)) ||
  (process.env.BNAS_MUTATION_IMPORTS === "1" && metByImports.has(id));
const isMetIn = (id: number, file: string) =>
  begun.some(
    (report) =>
      "file" in report && "mutants" in report && report.file === join(root, file) && report.mutants.includes(id),
  );
const limitOf = (file: string) =>
  begun.reduce(
    (sum, report) => ("count" in report && report.file === join(root, file) ? sum + 30 * report.count : sum),
    100_000,
  );

const sound = new Map<string, boolean>();
const isKilledIn = async (id: number, file: string): Promise<boolean> => {
  const run = (mutant: number) => start(vitest, file, { kind: "run", reports, mutant, limit: limitOf(file) });
  // (A file that does not pass a second time in one process kills nothing.)
  if (!sound.has(file)) sound.set(file, await run(0));
  return sound.get(file) === true && !(await run(id));
};

for (const id of left) {
  if (!needsStarts(id)) {
    if (metByTests.has(id)) say({ kind: "survived", mutant: id });
    continue;
  }
  say({ kind: "begun", mutant: id, test: "whole files" });
  let killed: string | undefined;
  for (const file of byCost.filter((one) => isMetIn(id, one))) {
    if (killed === undefined && (await isKilledIn(id, file))) killed = file;
  }
  say(
    killed === undefined
      ? { kind: "survived", mutant: id }
      : { kind: "killed", mutant: id, test: killed, isTimeOut: false },
  );
}
await vitest.close();
process.exit(0);
