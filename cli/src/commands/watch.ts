import type { ExitCode } from "../exit-codes.js";
import { askMesh, type MeshFlags } from "../reach-mesh.js";
import type { Terminal } from "../terminal.js";
import { watchToEnd } from "../watch-to-end.js";

/** `bnas watch SEARCH_ID`: what happens in a search of a running mesh, until it has ended. */
export const watchCommand = (
  searchId: string,
  flags: MeshFlags & { readonly after?: number; readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> => askMesh(flags, terminal, (mesh) => watchToEnd(mesh, searchId, flags, terminal));
