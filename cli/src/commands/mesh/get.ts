import { EXIT, type ExitCode } from "@bnas/errors";
import { askMesh, type MeshFlags } from "../../reach/reach-mesh.js";
import { searchJson, searchLines } from "../../terminal/search-view.js";
import type { Terminal } from "../../terminal/terminal.js";

/** `bnas get SEARCH_ID`: how a search of a running mesh stands. @param clock milliseconds since 1970 */
export const getCommand = (
  searchId: string,
  flags: MeshFlags & { readonly json: boolean },
  clock: () => number,
  terminal: Terminal,
): Promise<ExitCode> =>
  askMesh(flags, terminal, async ({ client }) => {
    const search = await client.getSearch({ searchId }, { signal: terminal.interrupted });
    for (const line of flags.json ? [searchJson(search)] : searchLines(search, clock())) terminal.out(line);
    return EXIT.done;
  });
