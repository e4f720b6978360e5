import type { KeyObject } from "node:crypto";
import { availableParallelism } from "node:os";
import { EXIT, type ExitCode } from "@bnas/errors";
import { loadOperations } from "@bnas/network";
import type { ServiceTools } from "@bnas/process";
import { percent } from "@bnas/report";
import { describeData, specToMessage } from "@bnas/rpc";
import { createLogger } from "@bnas/telemetry";
import { dryRun } from "../../local/dry-run.js";
import { type EmbeddedMesh, startEmbeddedMesh, trainersFor } from "../../local/embedded-mesh.js";
import { repairFolder } from "../../local/repair.js";
import { requireStepMemory } from "../../local/step-memory.js";
import type { ExamplePicture } from "../../outputs/example-picture.js";
import { blobsPath, factsPath, makeWritable } from "../../outputs/output-folder.js";
import { writeOutputs } from "../../outputs/outputs.js";
import { keyIdOf, readSigningKey } from "../../outputs/signing-key.js";
import { showEnd } from "../../reach/end-of-search.js";
import { followSearch } from "../../reach/follow-search.js";
import type { EngineFlags } from "../../reach/setting-flags.js";
import { readSpec } from "../../spec/spec-input.js";
import { ProgressView } from "../../terminal/progress.js";
import type { Surroundings } from "../../terminal/surroundings.js";
import type { Terminal } from "../../terminal/terminal.js";
import { waitTeller } from "../../terminal/wait-teller.js";
import { type BeginFlags, type BegunSearch, beginOrContinue } from "./begun-search.js";
import { requireSameEngine } from "./same-engine.js";

export type SearchFlags = BeginFlags & {
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly verbose: boolean;
  /** How it was called. */
  readonly command?: "search" | "train";
  /** A folder that keeps decoded pictures. */
  readonly datasetCache?: string;
  /** File of the private key that signs the results. */
  readonly sign?: string;
} & EngineFlags;

/** `bnas search`: the whole of Algorithm 1 in this process, from a spec to a genotype in a folder. */
export const searchCommand = async (flags: SearchFlags, version: string, here: Surroundings): Promise<ExitCode> => {
  const { recorder, env } = here;
  const logger = createLogger({ name: "bnas", level: flags.verbose ? "debug" : "silent", recorder });
  const tools = { logger, recorder, env, clock: () => new Date(), patient: false };
  // The tensors run in threads, each of which loads them, too; here the networks are checked and counted.
  if (flags.operations !== undefined) await loadOperations(flags.operations);
  if (flags.dryRun) return dryRun(await readSpec(flags.spec), { ...flags, tools }, here);
  if (flags.datasetCache !== undefined) await makeWritable(flags.datasetCache, "--dataset-cache");
  const key = flags.sign === undefined ? undefined : await readSigningKey(flags.sign);
  const begun = await beginOrContinue(flags, tools.clock);
  if (begun.note !== undefined) here.note(begun.note);
  const { folder } = begun;
  const again = `continue with: bnas ${flags.command ?? "search"} --resume --out ${folder}`;
  here.outliveReader(`the search continues, and its results go to ${folder}`);
  here.takeInterrupts();
  const waits = waitTeller(here, again);
  const running = { version, key, tools: { ...tools, waits: waits.say }, terminal: here, again, onFact: waits.over };
  if (begun.lost.length > 0) await repair(begun, flags, running);
  return run(begun, flags, running);
};

type Running = {
  readonly version: string;
  readonly key: KeyObject | undefined;
  readonly tools: ServiceTools;
  readonly terminal: Terminal;
  /** How the search is continued. */
  readonly again: string;
  /** Called with every fact that comes. */
  readonly onFact: () => void;
};

/** Have lost checkpoints back before anything reads them. */
const repair = async (begun: BegunSearch, flags: SearchFlags, { tools, terminal: here }: Running): Promise<void> => {
  const { folder, lost } = begun;
  here.note(`${lost.length} checkpoints of ${folder} lost a blob: their jobs are done again`);
  const search = { ...begun, store: `dir:${blobsPath(folder)}` };
  const jobs = await repairFolder(search, lost, { ...flags, tools }, here.interrupted);
  here.note(`repaired by ${jobs.length} jobs: every checkpoint has the hash that it had`);
};

const run = async (
  begun: BegunSearch,
  flags: SearchFlags,
  { version, key, tools, terminal, again, onFact }: Running,
): Promise<ExitCode> => {
  const { searchId, spec, folder, sequence, undo } = begun;
  const stopped = aborted(terminal.interrupted);
  let decide = (): void => {};
  const decided = new Promise<void>((resolve) => {
    decide = resolve;
  });
  const starting = startEmbeddedMesh({
    listen: "127.0.0.1:0",
    log: `file:${factsPath(folder)}`,
    store: `dir:${blobsPath(folder)}`,
    engine: flags.engine,
    engineDir: flags.engineDir,
    gpuFallback: flags.gpuFallback,
    operations: flags.operations,
    // A search of one's own reads what its user may read.
    images: { dataRoot: "/", ...(flags.datasetCache === undefined ? {} : { datasetCache: flags.datasetCache }) },
    tools,
    only: searchId,
    trainers: trainersFor(spec, availableParallelism()),
    decideAfter: decided,
  });
  const refused = async (error: unknown): Promise<never> => {
    await undo();
    throw error;
  };
  // The first fact is written: a search that is stopped here can be continued. What was begun of the mesh ends with the process, for
  // images that are being read would hold it up.
  const stopEarly = (begun: Promise<unknown>): ExitCode => {
    begun.catch(() => {});
    terminal.note(`stopped; ${again}`);
    return EXIT.interrupted;
  };
  const mesh = await Promise.race([starting.catch(refused), stopped]);
  if (mesh === undefined) return stopEarly(starting);
  const opening = open(mesh, begun).then(() => true);
  const isOpen = await Promise.race([opening, stopped]).catch(async (error: unknown) => {
    await mesh.drain();
    return refused(error);
  });
  if (isOpen === undefined) return stopEarly(opening);
  try {
    decide();
    const clock = () => performance.now() / 1000;
    const progress = new ProgressView(terminal, { json: flags.json, clock, liveAfter: sequence });
    const end = await Promise.race([
      followSearch(mesh.search, searchId, {
        signal: terminal.interrupted,
        onFact: (recorded, at) => {
          onFact();
          progress.fact(recorded, at);
        },
      }),
      mesh.failed,
    ]);
    return await showEnd(progress, end, {
      async finished(genotype) {
        const { report, assessment, models, example } = await writeOutputs({
          folder,
          searchId,
          spec,
          mesh,
          version,
          key,
          genotype,
        });
        const line = [`results in ${folder}; open ${report} to see why each operation went`];
        if (models[0] !== undefined) line.push(`the trained network is in ${models[0]}`);
        if (example !== undefined) line.push(exampleLine(example));
        if (key !== undefined) line.push(`signed by the key ${keyIdOf(key)}`);
        return { line: line.join("\n"), folder, assessment };
      },
      interrupted: `stopped; ${again}`,
    });
  } finally {
    await mesh.drain();
  }
};

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });

/** `runs/given-0/example.png, a test image of a ring: classified as ring (99.8 %)`. */
const exampleLine = ({ file, isA, classified, probability }: ExamplePicture): string =>
  `${file}, a test image of the class ${isA}: classified as ${classified} (${percent(probability)})`;

const open = async (mesh: EmbeddedMesh, begun: BegunSearch): Promise<void> => {
  const { searchId, spec } = begun;
  const { engine, memoryLimitBytes } = await mesh.trainer.getTrainer({});
  requireSameEngine(begun, engine);
  const { input } = await describeData(mesh.dataset, spec);
  requireStepMemory(spec, input, { name: engine, memoryLimit: memoryLimitBytes === 0 ? null : memoryLimitBytes });
  await mesh.search.createSearch({ searchId, spec: specToMessage(spec) });
};
