import { EXIT, type ExitCode } from "@bnas/errors";
import type { Search, SearchServiceClient } from "@bnas/proto";
import { askMesh, type MeshFlags } from "../../reach/reach-mesh.js";
import { STATES, type StateName, searchJson, searchTable } from "../../terminal/search-view.js";
import type { Surroundings } from "../../terminal/surroundings.js";

/** `bnas list`: the searches of a running mesh, in the order of their ids. @param clock milliseconds since 1970 */
export const listCommand = (
  flags: MeshFlags & { readonly state?: StateName; readonly json: boolean },
  clock: () => number,
  here: Surroundings,
): Promise<ExitCode> =>
  askMesh(flags, here, async ({ client }) => {
    const searches = await allPages(client, flags.state, here.interrupted);
    if (flags.json) for (const search of searches) here.out(searchJson(search));
    else if (searches.length > 0) for (const line of searchTable(searches, clock())) here.out(line);
    else here.note(`no ${flags.state === undefined ? "" : `${flags.state} `}searches; \`bnas submit\` opens one`);
    return EXIT.done;
  });

const allPages = async (
  client: SearchServiceClient,
  state: StateName | undefined,
  signal: AbortSignal,
): Promise<readonly Search[]> => {
  const asked = { pageSize: 1000, ...(state === undefined ? {} : { state: STATES[state] }) };
  const searches: Search[] = [];
  let pageToken = "";
  do {
    const page = await client.listSearches({ ...asked, pageToken }, { signal });
    searches.push(...page.searches);
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return searches;
};
