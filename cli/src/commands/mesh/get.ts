import { EXIT, type ExitCode } from "@bnas/errors";
import { askMesh, type MeshFlags } from "../../reach/reach-mesh.js";
import { searchJson, searchLines } from "../../terminal/search-view.js";
import type { Surroundings } from "../../terminal/surroundings.js";

/** `bnas get SEARCH_ID`: how a search of a running mesh stands. @param clock milliseconds since 1970 */
export const getCommand = (
  searchId: string,
  flags: MeshFlags & { readonly json: boolean },
  clock: () => number,
  here: Surroundings,
): Promise<ExitCode> =>
  askMesh(flags, here, async ({ client }) => {
    const search = await client.getSearch({ searchId }, { signal: here.interrupted });
    for (const line of flags.json ? [searchJson(search)] : searchLines(search, clock())) here.out(line);
    return EXIT.done;
  });
