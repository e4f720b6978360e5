import type { ExitCode } from "@bnas/errors";
import { askMesh, type MeshFlags } from "../../reach/reach-mesh.js";
import { watchToEnd } from "../../reach/watch-to-end.js";
import type { Terminal } from "../../terminal/terminal.js";

/** `bnas watch SEARCH_ID`: what happens in a search of a running mesh, until it has ended. */
export const watchCommand = (
  searchId: string,
  flags: MeshFlags & { readonly after?: number; readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> => askMesh(flags, terminal, (mesh) => watchToEnd(mesh, searchId, flags, terminal));
