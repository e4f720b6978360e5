import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Mutant } from "./mutants.js";
import type { Report } from "./orders.js";
import { interval, sampleOf } from "./sample.js";
import { type Equivalent, type Fate, fatesOf, scoreOf } from "./score.js";
import { mutantsOfPackage, PACKAGES, root } from "./subjects.js";

// npm run test:mutation -- --package search --sample 60 --seed 1 --floor 85
// README.md says what the options mean, and what is a mutant.

const { values } = parseArgs({
  options: {
    package: { type: "string", multiple: true, default: [...PACKAGES] },
    sample: { type: "string", default: "Infinity" },
    seed: { type: "string", default: "1" },
    floor: { type: "string", default: "0" },
    resume: { type: "boolean", default: false },
    imports: { type: "boolean", default: false },
  },
});

/** Without a sign of life for so long, the tests hang in a loop without an end. */
const SILENT_MS = 120_000;
const folder = join(root, "node_modules/.cache/mutation");
const equivalents: readonly Equivalent[] = JSON.parse(
  readFileSync(join(root, "test/mutation/equivalent.json"), "utf8"),
);

const textOf = (mutant: Mutant): string =>
  readFileSync(join(root, mutant.file), "utf8").slice(mutant.start, mutant.end);

const isEquivalent = (mutant: Mutant): boolean =>
  equivalents.some(
    ({ file, was, becomes }) => file === mutant.file && was === textOf(mutant) && becomes === (mutant.text ?? ""),
  );

const readReports = (path: string): readonly Report[] =>
  existsSync(path)
    ? readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line): Report => JSON.parse(line))
    : [];

/** Resolves with whether the session came to its end; one that hangs is killed. */
async function watchOver(child: ChildProcess, reports: string): Promise<boolean> {
  let hung = false;
  const timer = setInterval(() => {
    const silent = Date.now() - (existsSync(reports) ? statSync(reports).mtimeMs : Date.now());
    if (silent < SILENT_MS) return;
    hung = true;
    child.kill("SIGKILL");
  }, 5_000);
  const [code] = await once(child, "exit");
  clearInterval(timer);
  if (!hung && code !== 0) throw new Error(`the tests could not be tried: the process ended with code ${code}`);
  return !hung;
}

/** Tries the mutants of a package. Gives the fate of each. */
async function tryPackage(name: string): Promise<ReadonlyMap<Mutant, Fate>> {
  const reports = join(folder, `${name}.jsonl`);
  const wanted = join(folder, `${name}.wanted.json`);
  mkdirSync(folder, { recursive: true });
  if (!values.resume) rmSync(reports, { force: true });
  const mutants = sampleOf(mutantsOfPackage(name), Number(values.sample), Number(values.seed));
  writeFileSync(wanted, JSON.stringify(mutants.map(({ id }) => id)));
  for (let isDone = false; !isDone; ) {
    const child = spawn(
      process.execPath,
      ["--import", "tsx", join(root, "test/mutation/session.ts"), name, reports, wanted],
      {
        cwd: root,
        stdio: ["ignore", "ignore", "inherit"],
        env: { ...process.env, BNAS_MUTATION_IMPORTS: values.imports ? "1" : "0" },
      },
    );
    isDone = await watchOver(child, reports);
    const last = readReports(reports).at(-1);
    if (!isDone && last?.kind !== "begun") throw new Error(`the tests of ${name} hang without a mutant`);
    if (last?.kind === "begun" && !isDone) {
      appendFileSync(reports, `${JSON.stringify({ ...last, kind: "killed", isTimeOut: true } satisfies Report)}\n`);
    }
  }
  return fatesOf(mutants, readReports(reports), isEquivalent);
}

const oneLine = (text: string) => text.replace(/\s+/g, " ").slice(0, 100);

function show(name: string, fates: ReadonlyMap<Mutant, Fate>): number {
  for (const [mutant, fate] of fates) {
    if (fate !== "survived" && fate !== "no coverage") continue;
    process.stdout.write(
      `${mutant.file}:${mutant.line} ${fate} (${mutant.rule})\n- ${oneLine(textOf(mutant))}\n+ ${oneLine(mutant.text ?? "")}\n`,
    );
  }
  const { killed, of } = scoreOf(fates.values());
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const [least, most] = interval(killed, of);
  const counts = (["killed", "time-out", "survived", "no coverage", "equivalent", "import", "untried"] as const)
    .map((fate) => `${fate} ${[...fates.values()].filter((one) => one === fate).length}`)
    .join(", ");
  const isSample = Number.isFinite(Number(values.sample));
  const within = isSample ? ` (95 %: ${percent(least)} to ${percent(most)})` : "";
  process.stdout.write(`${name}: ${percent(of === 0 ? 1 : killed / of)}${within} of ${of}; ${counts}\n`);
  return of === 0 ? 1 : killed / of;
}

let isLow = false;
for (const name of values.package) {
  if (show(name, await tryPackage(name)) * 100 < Number(values.floor)) isLow = true;
}
process.exitCode = isLow ? 1 : 0;
