import { EXIT, type ExitCode, hasCode, invalidInput } from "@bnas/errors";
import type { SearchServiceClient } from "@bnas/proto";
import { askMesh, type MeshFlags } from "../../reach/reach-mesh.js";
import { STATES, stateName } from "../../terminal/search-view.js";
import type { Surroundings } from "../../terminal/surroundings.js";

/** `bnas delete SEARCH_ID`: remove the facts of a search and the blobs that only it reaches. One that still lives needs `--yes`. */
export const deleteCommand = (
  searchId: string,
  flags: MeshFlags & { readonly yes: boolean; readonly json: boolean },
  here: Surroundings,
): Promise<ExitCode> =>
  askMesh(flags, here, async ({ client }) => {
    const options = { signal: here.interrupted };
    if (!flags.yes) await requireEnded(client, searchId, options);
    await client.deleteSearch({ searchId }, options);
    here.out(flags.json ? JSON.stringify({ type: "deleted", search: searchId }) : `${searchId}: deleted`);
    return EXIT.done;
  });

const requireEnded = async (
  client: SearchServiceClient,
  searchId: string,
  options: { readonly signal: AbortSignal },
): Promise<void> => {
  const search = await client.getSearch({ searchId }, options).catch((error: unknown) => {
    // Perhaps it was deleted before: the service decides whether it may be deleted again.
    if (hasCode(error, "NOT_FOUND")) return undefined;
    throw error;
  });
  if (search?.state !== STATES.running && search?.state !== STATES.paused) return;
  const hint = `Add --yes to end it and delete all that it found, or end it first: bnas cancel ${searchId}`;
  throw invalidInput("SEARCH_ID", searchId, `a search that has ended; this one is ${stateName(search.state)}`, hint);
};
