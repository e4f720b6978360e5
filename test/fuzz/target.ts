import { readFileSync } from "node:fs";
import { SearchServiceDefinition, Spec } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { DirectoryStore } from "@bnas/store";
import type { ServedMesh } from "../clients/served-mesh.js";
import { BLOBS, SEARCHES, spec } from "./subjects.js";

/** Give a mesh what the bad requests speak of: a search that is held, ones that have ended, blobs that are no checkpoint. */
export const prepare = async (mesh: ServedMesh): Promise<void> => {
  const store = await DirectoryStore.open(mesh.blobs);
  for (const text of Object.values(BLOBS)) await store.put(Buffer.from(text));
  const { client, close } = connect(SearchServiceDefinition, mesh.address("SearchService"));
  for (const searchId of Object.values(SEARCHES)) {
    await client.createSearch({ searchId, spec: Spec.fromJSON(spec) });
    if (searchId !== SEARCHES.gone) await client.pauseSearch({ searchId });
    if (searchId !== SEARCHES.held) await client.cancelSearch({ searchId });
  }
  close();
};

/** MiB that the process of a mesh has in memory now. */
export const memoryOf = ({ process: { pid } }: ServedMesh): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

/** Subjects of what clients have asked for: that a search is opened, paused, resumed, cancelled. */
export const askedFor = ({ log }: ServedMesh): readonly string[] =>
  readFileSync(log, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .filter(({ fact }) => fact.kind.startsWith("search."))
    .map(({ subject }) => subject);

/** Lines of its log that tell of a fault of its own. */
export const faultsOf = (mesh: ServedMesh): readonly string[] =>
  mesh
    .said()
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith('{"level":"info"'));

export const isRunning = ({ process: { exitCode, signalCode } }: ServedMesh): boolean =>
  exitCode === null && signalCode === null;
