import { createHash } from "node:crypto";
import { EXIT, type ExitCode } from "@bnas/errors";
import { SearchState } from "@bnas/proto";
import { specOfMessage, specToMessage } from "@bnas/rpc";
import { type Spec, searchName } from "@bnas/search";
import { askMesh, type MeshFlags } from "../../reach/reach-mesh.js";
import { watchToEnd } from "../../reach/watch-to-end.js";
import { readSpec, type SpecFlags } from "../../spec/spec-input.js";
import { nextStep, searchJson, stateName } from "../../terminal/search-view.js";
import type { Surroundings } from "../../terminal/surroundings.js";

export type SubmitFlags = MeshFlags & {
  readonly spec: SpecFlags;
  readonly id?: string;
  readonly wait: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
};

/** `bnas submit`: open a search in a running mesh. Given again, the same one is found: nothing is opened twice. */
export const submitCommand = async (flags: SubmitFlags, here: Surroundings): Promise<ExitCode> => {
  const spec = await readSpec(flags.spec);
  const searchId = flags.id ?? idOf(spec);
  return askMesh(flags, here, async (mesh) => {
    const request = { searchId, spec: specToMessage(spec), validateOnly: flags.dryRun };
    const search = await mesh.client.createSearch(request, { signal: here.interrupted });
    if (flags.dryRun) {
      const complete = specOfMessage(search.spec);
      here.out(
        flags.json
          ? JSON.stringify({ type: "dry-run", search: searchId, spec: complete })
          : JSON.stringify(complete, null, 2),
      );
      const isNew = search.state === SearchState.SEARCH_STATE_UNSPECIFIED;
      here.note(
        isNew ? `valid; nothing was opened` : `${searchId} is there with this spec: ${stateName(search.state)}`,
      );
      return EXIT.done;
    }
    if (flags.json) here.out(searchJson(search));
    else here.out(searchId);
    if (flags.wait) return watchToEnd(mesh, searchId, flags, here);
    here.note(
      `${stateName(search.state)}, ${search.progress?.jobsTotal ?? 0} training jobs; next: ${nextStep(search)}`,
    );
    return EXIT.done;
  });
};

/** A name that is a function of the spec: the same spec has the same name for every client. */
const idOf = (spec: Spec): string =>
  `${searchName(spec)}-${createHash("sha256").update(JSON.stringify(spec)).digest("hex").slice(0, 8)}`;
