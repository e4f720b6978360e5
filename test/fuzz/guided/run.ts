import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sha256Of } from "@bnas/disk";
import { isBnasError } from "@bnas/errors";
import { stream } from "@bnas/search";
import { Coverage } from "./coverage.js";
import { mutated } from "./mutate.js";
import { isOurs, TARGETS, type Target } from "./targets.js";

// `npm run fuzz -- --target NAME`: inputs that grow from those that reached something new (README.md). Exit 1 with the input that broke it.

/** Inputs between two looks at what was reached: a look costs as much as some hundred inputs. */
const BATCH = 200;
/** An input of 100 kB may take so long. */
const SLOWEST_MS = 2_000;

const { values } = parseArgs({
  options: {
    target: { type: "string" },
    seconds: { type: "string" },
    inputs: { type: "string" },
    seed: { type: "string", default: "1" },
    input: { type: "string" },
  },
});

/** What is wrong with how an input was read; undefined when it was read, or refused in words of ours. */
const faultOf = async (target: Target, input: Uint8Array): Promise<string | undefined> => {
  const begun = performance.now();
  try {
    await target.read(input);
  } catch (error) {
    const isRefusal = isBnasError(error) ? !["INTERNAL", "LOG_CLOSED"].includes(error.code) : target.anyError === true;
    if (!isRefusal) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const ms = performance.now() - begun;
  return ms > SLOWEST_MS ? `it took ${Math.round(ms)} ms` : undefined;
};

const fuzz = async (name: keyof typeof TARGETS): Promise<boolean> => {
  const target = TARGETS[name]();
  if (values.input !== undefined) {
    const fault = await faultOf(target, await readFile(values.input));
    console.log(fault ?? "read, or refused as it should be");
    return fault === undefined;
  }
  const folder = join("node_modules/.cache/bnas-fuzz", name);
  await mkdir(folder, { recursive: true });
  const kept = await Promise.all((await readdir(folder)).sort().map((file) => readFile(join(folder, file))));
  // A run of a fixed number of inputs is the same everywhere: it does not know what other runs have kept.
  const corpus: Uint8Array[] = [...(await target.seeds()), ...(values.inputs === undefined ? kept : [])];
  const coverage = new Coverage(isOurs);
  const drawn = stream(Number(values.seed), "fuzz", name);
  const end = performance.now() + Number(values.seconds ?? 30) * 1000;
  const most = Number(values.inputs ?? Number.POSITIVE_INFINITY);
  for (const input of corpus) await faultOf(target, input);
  coverage.take({ note: true });
  let count = 0;
  while (count < most && (values.inputs !== undefined || performance.now() < end)) {
    const batch = Array.from({ length: Math.min(BATCH, most - count) }, () => {
      // The youngest are the most promising.
      const place = corpus.length - 1 - Math.min(drawn.below(corpus.length), drawn.below(corpus.length));
      const other = corpus[drawn.below(corpus.length)] ?? new Uint8Array();
      return mutated(corpus[place] ?? new Uint8Array(), { drawn, other, words: target.words });
    });
    for (const input of batch) {
      count++;
      const fault = await faultOf(target, input);
      if (fault === undefined) continue;
      const path = `fuzz-${name}-${sha256Of(input).slice(0, 12)}`;
      await writeFile(path, input);
      console.log(`${fault}\nagain: npm run fuzz -- --target ${name} --input ${path}`);
      return false;
    }
    if (!coverage.take({ note: false })) continue;
    // One of the batch, or several: which do it alone is seen when each is read again.
    for (const input of batch) {
      await faultOf(target, input);
      if (!coverage.take({ note: true })) continue;
      corpus.push(input);
      if (values.inputs === undefined) await writeFile(join(folder, sha256Of(input)), input);
    }
  }
  console.log(`${name}: ${count} inputs, ${corpus.length} kept, ${coverage.size} blocks reached, no fault`);
  return true;
};

const isTarget = (name: string): name is keyof typeof TARGETS => Object.hasOwn(TARGETS, name);
const names = values.target === undefined ? Object.keys(TARGETS) : [values.target];
let passed = true;
for (const name of names) {
  if (!isTarget(name))
    throw new Error(`--target ${name} is not allowed; it takes one of ${Object.keys(TARGETS).join(", ")}`);
  passed = (await fuzz(name)) && passed;
}
process.exit(passed ? 0 : 1);
