import type { ExitCode } from "@bnas/errors";
import { askMesh, type MeshFlags } from "../../reach/reach-mesh.js";
import { watchToEnd } from "../../reach/watch-to-end.js";
import type { Surroundings } from "../../terminal/surroundings.js";

/** `bnas watch SEARCH_ID`: what happens in a search of a running mesh, until it has ended. */
export const watchCommand = (
  searchId: string,
  flags: MeshFlags & { readonly after?: number; readonly json: boolean },
  here: Surroundings,
): Promise<ExitCode> => askMesh(flags, here, (mesh) => watchToEnd(mesh, searchId, flags, here));
