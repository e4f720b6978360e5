import { resolve } from "node:path";
import { EXIT, type ExitCode, invalidInput } from "@bnas/errors";
import type { SearchServiceClient } from "@bnas/proto";
import {
  areComparable,
  type ComparedRun,
  comparedRuns,
  comparisonHtml,
  comparisonRows,
  comparisonSvg,
  differenceLines,
  type RunDifference,
  type RunSource,
  runDifferences,
} from "@bnas/report";
import { requireFreeFile } from "../../outputs/facts-file.js";
import { writeWhole } from "../../outputs/output-folder.js";
import { isFolder, readRun, runOf } from "../../outputs/read-run.js";
import { askMesh, type MeshFlags } from "../../reach/reach-mesh.js";
import type { Surroundings } from "../../terminal/surroundings.js";
import { table } from "../../terminal/table.js";

export type CompareFlags = MeshFlags & {
  /** Whether --server or --kube was said: then what is no folder is a search of that mesh. */
  readonly meshNamed: boolean;
  /** FILE.html or FILE.svg. */
  readonly out?: string;
  readonly json: boolean;
};

/** `bnas compare RUN RUN...`: runs side by side, after what makes their numbers incomparable. */
export const compareCommand = async (
  names: readonly string[],
  flags: CompareFlags,
  here: Surroundings,
): Promise<ExitCode> => {
  requireSeveral(names);
  const kind = pictureKind(flags.out);
  await requireFreeFile(flags.out);
  const sources = await readSources(names, flags, here);
  if (sources === undefined) return EXIT.interrupted;
  const runs = comparedRuns(sources);
  const differences = runDifferences(runs);
  if (flags.out !== undefined) await leavePicture(flags.out, kind, runs, differences, here);
  if (flags.json) here.out(JSON.stringify(objectOf(runs, differences)));
  else for (const line of linesOf(runs, differences)) here.out(line);
  return EXIT.done;
};

const requireSeveral = (names: readonly string[]): void => {
  if (names.length < 2) {
    throw invalidInput("RUN", names.join(" "), "two runs or more", "Name another run to compare it with.");
  }
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(resolve(name))) throw invalidInput("RUN", name, "each run once", "Leave the second out.");
    seen.add(resolve(name));
  }
};

/** The form of the picture that a file name asks for. @throws InvalidInput for another ending */
const pictureKind = (out: string | undefined): "html" | "svg" => {
  const ending = out === undefined ? "html" : /\.(html|svg)$/.exec(out)?.[1];
  if (ending === "html" || ending === "svg") return ending;
  throw invalidInput(
    "--out",
    out,
    "a file that ends in .html or .svg",
    "The page has all figures, the SVG the accuracies alone.",
  );
};

/** Undefined: interrupted. Folders are read first, so that a wrong one is said before a mesh is asked. */
const readSources = async (
  names: readonly string[],
  flags: CompareFlags,
  here: Surroundings,
): Promise<readonly RunSource[] | undefined> => {
  const local = await Promise.all(
    names.map(async (name) => (flags.meshNamed && !(await isFolder(name)) ? undefined : readRun(name))),
  );
  if (local.every((source) => source !== undefined)) return local;
  const found: RunSource[] = [];
  const code = await askMesh(flags, here, async ({ client }) => {
    for (const [at, name] of names.entries()) found.push(local[at] ?? (await fetchRun(client, name, here.interrupted)));
    return EXIT.done;
  });
  return code === EXIT.done ? found : undefined;
};

/** The run of a search of a mesh: its artifacts, as `bnas artifacts` brings them home. */
const fetchRun = async (client: SearchServiceClient, searchId: string, signal: AbortSignal): Promise<RunSource> => {
  const { artifacts } = await client.listArtifacts({ searchId }, { signal });
  const text = async (name: string): Promise<string> => {
    const parts: Uint8Array[] = [];
    for await (const { data } of client.getArtifact({ searchId, name }, { signal })) parts.push(data);
    return Buffer.concat(parts).toString("utf8");
  };
  const facts = await text("facts.jsonl");
  const summary = artifacts.some(({ name }) => name === "summary.json") ? await text("summary.json") : undefined;
  return runOf(searchId, { facts, summary }, { facts: `facts of ${searchId}`, summary: `summary.json of ${searchId}` });
};

const leavePicture = async (
  out: string,
  kind: "html" | "svg",
  runs: readonly ComparedRun[],
  differences: readonly RunDifference[],
  here: Surroundings,
): Promise<void> => {
  const text = kind === "html" ? comparisonHtml(runs, differences) : comparisonSvg(runs);
  if (text === undefined) {
    throw invalidInput(
      "--out",
      out,
      "a file that ends in .html",
      "No run has trained a network: there is nothing to draw.",
    );
  }
  await writeWhole(out, text).catch((error: NodeJS.ErrnoException) => {
    throw invalidInput("--out", out, "a file that can be written", `${error.code}: name another.`);
  });
  here.note(`wrote ${out}`);
};

const linesOf = (runs: readonly ComparedRun[], differences: readonly RunDifference[]): readonly string[] => {
  const said = differenceLines(runs, differences);
  const rows = comparisonRows(runs).map(({ name, cells }) => [name, ...cells]);
  return [
    ...(said.length === 0 ? ["same data, code, engine and budget: the numbers can be compared"] : said),
    "",
    ...table([["", ...runs.map(({ name }) => name)], ...rows]),
  ];
};

const objectOf = (runs: readonly ComparedRun[], differences: readonly RunDifference[]): object => ({
  comparable: areComparable(differences),
  differences,
  runs: runs.map(({ spec, ...run }) => ({
    ...run,
    costs: run.costs ?? null,
    strategy: spec.strategy,
    seed: spec.seed,
  })),
});
