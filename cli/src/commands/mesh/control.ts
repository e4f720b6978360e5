import { EXIT, type ExitCode } from "@bnas/errors";
import type { Search, SearchServiceClient } from "@bnas/proto";
import { askMesh, type MeshFlags } from "../../reach/reach-mesh.js";
import { searchJson, stateName } from "../../terminal/search-view.js";
import type { Surroundings } from "../../terminal/surroundings.js";

type Flags = MeshFlags & { readonly json: boolean };
type Ask = (client: SearchServiceClient, options: { readonly signal: AbortSignal }) => Promise<Search>;

/** `bnas cancel SEARCH_ID`: end a search before its genotype. */
export const cancelCommand = (
  searchId: string,
  flags: Flags & { readonly reason?: string },
  here: Surroundings,
): Promise<ExitCode> =>
  control(flags, here, (client, options) => client.cancelSearch({ searchId, reason: flags.reason ?? "" }, options));

/** `bnas pause SEARCH_ID`: let running work end, and request no more. */
export const pauseCommand = (searchId: string, flags: Flags, here: Surroundings): Promise<ExitCode> =>
  control(flags, here, (client, options) => client.pauseSearch({ searchId }, options));

/** `bnas resume SEARCH_ID`: ask for work again. */
export const resumeCommand = (searchId: string, flags: Flags, here: Surroundings): Promise<ExitCode> =>
  control(flags, here, (client, options) => client.resumeSearch({ searchId }, options));

const control = (flags: Flags, here: Surroundings, ask: Ask): Promise<ExitCode> =>
  askMesh(flags, here, async ({ client }) => {
    const search = await ask(client, { signal: here.interrupted });
    const { searchId, state, message } = search;
    here.out(
      flags.json ? searchJson(search) : `${searchId}: ${stateName(state)}${message === "" ? "" : `: ${message}`}`,
    );
    return EXIT.done;
  });
