import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, readdir } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { invalidInput } from "@bnas/errors";
import type { Artifact } from "@bnas/proto";
import { factsPath } from "./output-folder.js";

/** What is in a run's folder for the run alone: its checkpoints, and files that are not whole. */
const INNER = /^blobs\/|(^|\/)\.|\.part$/;

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ".jsonl": "application/jsonl",
  ".json": "application/json",
  ".txt": "text/plain",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".html": "text/html",
};

/**
 * What a run has left in its folder, with bytes and digest of each: also what was put there later, such as exports. In the order of their
 * names. It rejects with InvalidInput for a folder that is none of a run, or has a file that cannot be read.
 */
export const folderArtifacts = async (folder: string): Promise<readonly Artifact[]> => {
  await access(factsPath(folder)).catch((error: NodeJS.ErrnoException) => {
    const hint = `${error.code}: ${factsPath(folder)} is not there. For a search of a mesh say where the mesh is: --server or --kube.`;
    throw invalidInput("SEARCH_ID", folder, "the folder of a run, or the id of a search", hint);
  });
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = files
    .filter((file) => file.isFile())
    .map((file) => relative(folder, join(file.parentPath, file.name)).split(sep).join("/"))
    .filter((name) => !INNER.test(name))
    .sort();
  const artifacts: Artifact[] = [];
  for (const name of names) artifacts.push(await artifactOf(folder, name));
  return artifacts;
};

const artifactOf = async (folder: string, name: string): Promise<Artifact> => {
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    await pipeline(createReadStream(join(folder, name)), async (chunks: AsyncIterable<Uint8Array>) => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
      }
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw invalidInput("SEARCH_ID", join(folder, name), "a file that can be read", `${code}: check its permissions.`);
  }
  return {
    name,
    mediaType: MEDIA_TYPES[extname(name)] ?? "application/octet-stream",
    bytes,
    sha256: hash.digest("hex"),
  };
};
