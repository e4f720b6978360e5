import { join } from "node:path";
import { EXIT, type ExitCode, invalidInput } from "@bnas/errors";
import type { Architecture } from "@bnas/proto";
import { genotypeTable } from "@bnas/report";
import { specOfMessage } from "@bnas/rpc";
import { genotypeInSpace, type Spec, spaceOf } from "@bnas/search";
import { type Format, genotypeFiles } from "../../outputs/genotype-files.js";
import { freeFiles, writeWhole } from "../../outputs/output-folder.js";
import { askMesh, type MeshFlags } from "../../reach/reach-mesh.js";
import type { Surroundings } from "../../terminal/surroundings.js";

export type ArchitectureFlags = MeshFlags & {
  readonly format?: Format;
  readonly out?: string;
  readonly json: boolean;
};

/** `bnas architecture SEARCH_ID`: what a search of a running mesh has found, on standard output or as files. */
export const architectureCommand = async (
  searchId: string,
  flags: ArchitectureFlags,
  here: Surroundings,
): Promise<ExitCode> => {
  const { format, out } = flags;
  if (format === "svg" && out === undefined) {
    const hint = "They are pictures, one for each cell: say where they go by --out FOLDER.";
    throw invalidInput("--format", format, "json or text without --out", hint);
  }
  return askMesh(flags, here, async ({ client }) => {
    const options = { signal: here.interrupted };
    const architecture = await client.getArchitecture({ searchId }, options);
    const spec = specOfMessage((await client.getSearch({ searchId }, options)).spec);
    if (out === undefined) {
      for (const line of linesOf(architecture, spec, flags)) here.out(line);
      return EXIT.done;
    }
    const files = genotypeFiles(architecture, { search: searchId, spec, seed: spec.seed }, format);
    await freeFiles(
      out,
      files.map(([name]) => name),
    );
    for (const [name, text] of files) {
      await writeWhole(join(out, name), text);
      here.note(`wrote ${join(out, name)}`);
    }
    if (flags.json) here.out(JSON.stringify({ type: "wrote", folder: out, files: files.map(([name]) => name) }));
    return EXIT.done;
  });
};

const linesOf = (
  { searchId, genotypeJson, genotypeText }: Architecture,
  spec: Spec,
  { format, json }: ArchitectureFlags,
): readonly string[] => {
  if (json) return [JSON.stringify({ type: "architecture", search: searchId, ...JSON.parse(genotypeJson) })];
  if (format === "json") return [genotypeJson.trimEnd()];
  if (format === "text") return [genotypeText];
  const space = spaceOf(spec);
  return [genotypeTable(genotypeInSpace(space, JSON.parse(genotypeJson)), space), genotypeText];
};
