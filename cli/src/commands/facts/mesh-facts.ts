import { EXIT, type ExitCode } from "@bnas/errors";
import { parseRecorded, type Recorded } from "@bnas/search";
import { leaveFacts, requireFreeFile } from "../../outputs/facts-file.js";
import { askMesh, type MeshFlags } from "../../reach/reach-mesh.js";
import type { Surroundings } from "../../terminal/surroundings.js";

/** `bnas facts SEARCH_ID` without a log: the facts so far of a search of a running mesh, as a `facts.jsonl`. */
export const meshFactsCommand = async (
  searchId: string,
  flags: MeshFlags & { readonly out?: string },
  here: Surroundings,
): Promise<ExitCode> => {
  await requireFreeFile(flags.out);
  return askMesh(flags, here, async ({ client }) => {
    const options = { signal: here.interrupted };
    const { progress } = await client.getSearch({ searchId }, options);
    const last = progress?.sequence ?? 0;
    const facts: Recorded[] = [];
    for await (const { sequence, subject, factJson } of client.watchSearch({ searchId }, options)) {
      facts.push(parseRecorded(JSON.parse(factJson), subject));
      // A watch of a search that lives has no end of its own.
      if (sequence >= last) break;
    }
    await leaveFacts(searchId, facts, flags.out, here);
    return EXIT.done;
  });
};
