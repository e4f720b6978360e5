import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { type ExitCode, invalidInput } from "@bnas/errors";
import { parseFactsFile } from "@bnas/log";
import { openStore } from "@bnas/mesh";
import { loadOperations } from "@bnas/network";
import type { ServiceTools } from "@bnas/process";
import { percent } from "@bnas/report";
import { describeData, specToMessage } from "@bnas/rpc";
import {
  checkpointsNeeded,
  completeSpec,
  differingField,
  evolve,
  type Search,
  type Spec,
  searchIdOf,
  searchName,
  start,
} from "@bnas/search";
import { loadCheckpoint } from "@bnas/store";
import { createLogger } from "@bnas/telemetry";
import { dryRun } from "../../local/dry-run.js";
import { type EmbeddedMesh, startEmbeddedMesh, trainersFor } from "../../local/embedded-mesh.js";
import { requireStepMemory } from "../../local/step-memory.js";
import type { ExamplePicture } from "../../outputs/example-picture.js";
import {
  blobsPath,
  existingFolder,
  factsPath,
  freeFolder,
  makeWritable,
  newFolder,
  undo,
} from "../../outputs/output-folder.js";
import { writeOutputs } from "../../outputs/outputs.js";
import { showEnd } from "../../reach/end-of-search.js";
import { followSearch } from "../../reach/follow-search.js";
import type { EngineFlags } from "../../reach/setting-flags.js";
import { readSpec, type SpecFlags, saysSpec } from "../../spec/spec-input.js";
import { ProgressView } from "../../terminal/progress.js";
import type { Surroundings } from "../../terminal/surroundings.js";
import type { Terminal } from "../../terminal/terminal.js";

export type SearchFlags = {
  readonly spec: SpecFlags;
  readonly out?: string;
  readonly resume: boolean;
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly verbose: boolean;
  /** A folder that keeps decoded pictures. */
  readonly datasetCache?: string;
  /** How it was called. */
  readonly command?: "search" | "train";
} & EngineFlags;

type Begun = {
  readonly searchId: string;
  readonly spec: Spec;
  readonly folder: string;
  /** Last fact that was there before this process came. */
  readonly sequence: number;
  /** Called when the search could not be opened. */
  undo(): Promise<void>;
};

/** `bnas search`: the whole of Algorithm 1 in this process, from a spec to a genotype in a folder. */
export const searchCommand = async (flags: SearchFlags, version: string, here: Surroundings): Promise<ExitCode> => {
  const { recorder, env } = here;
  const logger = createLogger({ name: "bnas", level: flags.verbose ? "debug" : "silent", recorder });
  const tools = { logger, recorder, env, clock: () => new Date(), patient: false };
  // The tensors run in threads, each of which loads them, too; here the networks are checked and counted.
  if (flags.operations !== undefined) await loadOperations(flags.operations);
  if (flags.dryRun) return dryRun(await readSpec(flags.spec), { ...flags, tools }, here);
  if (flags.datasetCache !== undefined) await makeWritable(flags.datasetCache, "--dataset-cache");
  const begun = flags.resume ? await goOn(flags) : await begin(flags);
  return run(begun, flags, { version, tools, terminal: here });
};

const run = async (
  { searchId, spec, folder, sequence, undo }: Begun,
  flags: SearchFlags,
  { version, tools, terminal }: { readonly version: string; readonly tools: ServiceTools; readonly terminal: Terminal },
): Promise<ExitCode> => {
  const mesh = await startEmbeddedMesh({
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
  });
  try {
    await open(mesh, searchId, spec).catch(async (error: unknown) => {
      await undo();
      throw error;
    });
    const clock = () => performance.now() / 1000;
    const progress = new ProgressView(terminal, { json: flags.json, clock, liveAfter: sequence });
    const end = await Promise.race([
      followSearch(mesh.search, searchId, {
        signal: terminal.interrupted,
        onFact: (recorded, at) => progress.fact(recorded, at),
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
          genotype,
        });
        const line = [`results in ${folder}; open ${report} to see why each operation went`];
        if (models[0] !== undefined) line.push(`the trained network is in ${models[0]}`);
        if (example !== undefined) line.push(exampleLine(example));
        return { line: line.join("\n"), folder, assessment };
      },
      interrupted: `stopped; continue with: bnas ${flags.command ?? "search"} --resume --out ${folder}`,
    });
  } finally {
    await mesh.drain();
  }
};

/** `runs/given-0/example.png, a test image of a ring: classified as ring (99.8 %)`. */
const exampleLine = ({ file, isA, classified, probability }: ExamplePicture): string =>
  `${file}, a test image of the class ${isA}: classified as ${classified} (${percent(probability)})`;

const open = async (mesh: EmbeddedMesh, searchId: string, spec: Spec): Promise<void> => {
  const { engine, memoryLimitBytes } = await mesh.trainer.getTrainer({});
  const { input } = await describeData(mesh.dataset, spec);
  requireStepMemory(spec, input, { name: engine, memoryLimit: memoryLimitBytes === 0 ? null : memoryLimitBytes });
  await mesh.search.createSearch({ searchId, spec: specToMessage(spec) });
};

/** A new search in a folder that holds nothing. */
const begin = async (flags: SearchFlags): Promise<Begun> => {
  const spec = await readSpec(flags.spec);
  const searchId = searchName(spec);
  const folder = flags.out ?? (await freeFolder(searchId));
  const found = await newFolder(folder);
  return { searchId, spec, folder, sequence: 0, undo: () => undo(folder, found) };
};

/** The search that a folder holds, checked before anything is started: the same spec, whole facts, a whole checkpoint. */
const goOn = async (flags: SearchFlags): Promise<Begun> => {
  const folder = flags.out;
  if (folder === undefined) {
    throw invalidInput("--resume", true, "an --out beside it", "name the folder of the search to resume: --out DIR");
  }
  await existingFolder(folder);
  const path = factsPath(folder);
  const { facts } = parseFactsFile(await readFile(path, "utf8"), path);
  const opened = facts.find(({ fact }) => fact.kind === "search.opened");
  if (opened?.fact.kind !== "search.opened") {
    throw invalidInput(
      path,
      `${facts.length} facts`,
      "a file with an `opened` fact",
      "nothing was begun: name another folder, without --resume",
    );
  }
  const spec = completeSpec(opened.fact.spec);
  if (saysSpec(flags.spec)) sameSpec(spec, await readSpec(flags.spec), folder);
  const searchId = searchIdOf(opened.subject);
  const search = facts.reduce((folded, { fact }) => evolve(folded, fact), start(searchId));
  await checkCheckpoints(search, folder);
  return { searchId, spec, folder, sequence: facts.at(-1)?.sequence ?? 0, undo: async () => {} };
};

const sameSpec = (opened: Spec, asked: Spec, folder: string): void => {
  const differs = differingField(opened, asked);
  if (differs === undefined) return;
  throw invalidInput(
    differs.path,
    differs.right,
    `${JSON.stringify(differs.left)}, as the search in ${folder} was opened with`,
    "A search keeps its spec: leave the flag out to continue it, or begin another in a new folder.",
  );
};

/** The blobs that what comes next is made of are there and as they were written. @throws BLOB_MISSING or BLOB_ALTERED */
const checkCheckpoints = async (search: Search, folder: string): Promise<void> => {
  const needed = checkpointsNeeded(search);
  if (needed.length === 0) return;
  const store = await openStore(`dir:${blobsPath(folder)}`);
  for (const checkpoint of needed) await loadCheckpoint(store, checkpoint);
};
