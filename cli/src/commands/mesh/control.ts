import { EXIT, type ExitCode } from "@bnas/errors";
import type { Search, SearchServiceClient } from "@bnas/proto";
import { askMesh, type MeshFlags } from "../../reach/reach-mesh.js";
import { searchJson, stateName } from "../../terminal/search-view.js";
import type { Terminal } from "../../terminal/terminal.js";

type Flags = MeshFlags & { readonly json: boolean };
type Ask = (client: SearchServiceClient, options: { readonly signal: AbortSignal }) => Promise<Search>;

/** `bnas cancel SEARCH_ID`: end a search before its genotype. */
export const cancelCommand = (
  searchId: string,
  flags: Flags & { readonly reason?: string },
  terminal: Terminal,
): Promise<ExitCode> =>
  control(flags, terminal, (client, options) => client.cancelSearch({ searchId, reason: flags.reason ?? "" }, options));

/** `bnas pause SEARCH_ID`: let running work end, and request no more. */
export const pauseCommand = (searchId: string, flags: Flags, terminal: Terminal): Promise<ExitCode> =>
  control(flags, terminal, (client, options) => client.pauseSearch({ searchId }, options));

/** `bnas resume SEARCH_ID`: ask for work again. */
export const resumeCommand = (searchId: string, flags: Flags, terminal: Terminal): Promise<ExitCode> =>
  control(flags, terminal, (client, options) => client.resumeSearch({ searchId }, options));

const control = (flags: Flags, terminal: Terminal, ask: Ask): Promise<ExitCode> =>
  askMesh(flags, terminal, async ({ client }) => {
    const search = await ask(client, { signal: terminal.interrupted });
    const { searchId, state, message } = search;
    terminal.out(
      flags.json ? searchJson(search) : `${searchId}: ${stateName(state)}${message === "" ? "" : `: ${message}`}`,
    );
    return EXIT.done;
  });
