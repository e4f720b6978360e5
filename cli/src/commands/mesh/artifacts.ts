import { createHash } from "node:crypto";
import { access } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolders } from "@bnas/disk";
import { EXIT, type ExitCode, fault, hasCode, invalidInput, nearest } from "@bnas/errors";
import type { Artifact, SearchServiceClient } from "@bnas/proto";
import { artifactPath } from "../../outputs/artifact-path.js";
import { folderArtifacts } from "../../outputs/folder-artifacts.js";
import { writeWhole } from "../../outputs/output-folder.js";
import { isFolder } from "../../outputs/read-run.js";
import { askMesh, type MeshFlags } from "../../reach/reach-mesh.js";
import type { Surroundings } from "../../terminal/surroundings.js";
import { table } from "../../terminal/table.js";

export type ArtifactsFlags = MeshFlags & {
  readonly get?: readonly string[];
  readonly all: boolean;
  /** Whether --server or --kube was said: then it is no folder. */
  readonly meshNamed: boolean;
  readonly out: string;
  readonly json: boolean;
};

/** `bnas artifacts SEARCH_ID`: what a search of a running mesh leaves, listed or as files; or what a run has left in a folder here. */
export const artifactsCommand = async (
  searchId: string,
  flags: ArtifactsFlags,
  here: Surroundings,
): Promise<ExitCode> => {
  if (flags.meshNamed || !(await isFolder(searchId))) return meshArtifacts(searchId, flags, here);
  const [get] = flags.get ?? [];
  if (flags.all || get !== undefined) {
    const hint = `The files of a run on this machine are in ${searchId} already. For a search of that name in a mesh add --server or --kube.`;
    throw invalidInput(flags.all ? "--all" : "--get", get ?? true, "a search of a mesh", hint);
  }
  for (const line of linesOf(await folderArtifacts(searchId), flags.json)) here.out(line);
  return EXIT.done;
};

const meshArtifacts = (searchId: string, flags: ArtifactsFlags, here: Surroundings): Promise<ExitCode> =>
  askMesh(flags, here, async ({ client }) => {
    const { artifacts } = await client.listArtifacts({ searchId }, { signal: here.interrupted });
    const unlisted = (flags.get ?? []).find((name) => artifacts.every((one) => one.name !== name));
    if (unlisted !== undefined) await requireMade(client, searchId, unlisted, here);
    const wanted = flags.all ? artifacts : (flags.get ?? []).map((name) => chosen(artifacts, name));
    if (wanted.length === 0) {
      for (const line of linesOf(artifacts, flags.json)) here.out(line);
      return EXIT.done;
    }
    // All names are looked at before the first is written.
    const places = wanted.map((artifact) => ({ artifact, path: artifactPath(flags.out, artifact.name) }));
    for (const { artifact, path } of places) {
      await download(client, searchId, artifact, { folder: flags.out, path }, here);
      if (flags.json) here.out(JSON.stringify({ type: "wrote", path, ...artifact }));
      else here.note(`wrote ${path}, ${artifact.bytes} bytes`);
    }
    return EXIT.done;
  });

/**
 * What a search leaves is not listed where it cannot be made any more: the mesh says why when it is asked for it. A name that it does not
 * know is for the caller to explain.
 */
const requireMade = async (
  client: SearchServiceClient,
  searchId: string,
  name: string,
  here: Surroundings,
): Promise<void> => {
  try {
    for await (const _ of client.getArtifact({ searchId, name }, { signal: here.interrupted })) return;
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND")) throw error;
  }
};

const chosen = (artifacts: readonly Artifact[], name: string): Artifact => {
  const found = artifacts.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = artifacts.map((one) => one.name);
  throw invalidInput("--get", name, names.join(", "), `Did you mean ${nearest(name, names)}?`);
};

const linesOf = (artifacts: readonly Artifact[], json: boolean): readonly string[] =>
  json
    ? artifacts.map((artifact) => JSON.stringify({ type: "artifact", ...artifact }))
    : table([
        ["name", "bytes", "sha256"],
        ...artifacts.map(({ name, bytes, sha256 }) => [name, String(bytes), sha256]),
      ]);

/** Fetches an artifact whole, compares its digest, and only then gives it its name. Nothing is written over. */
const download = async (
  client: SearchServiceClient,
  searchId: string,
  { name, sha256 }: Artifact,
  { folder, path }: { readonly folder: string; readonly path: string },
  here: Surroundings,
): Promise<void> => {
  const taken = await access(path).then(
    () => true,
    () => false,
  );
  if (taken)
    throw invalidInput("--out", folder, `a folder without a ${name}`, "Nothing is written over: name another.");
  const parts: Uint8Array[] = [];
  for await (const { data } of client.getArtifact({ searchId, name }, { signal: here.interrupted })) parts.push(data);
  const bytes = Buffer.concat(parts);
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== sha256) {
    throw fault("UNAVAILABLE", `${name} came with the sha256 ${found}, and ${sha256} was announced`, "Ask again.");
  }
  await makeFolders(dirname(path));
  await writeWhole(path, bytes);
};
