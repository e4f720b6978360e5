import { EXIT, type ExitCode, printable } from "@bnas/errors";
import type { GetUsageResponse } from "@bnas/proto";
import { askMesh, type MeshFlags } from "../../reach/reach-mesh.js";
import type { Surroundings } from "../../terminal/surroundings.js";
import { table } from "../../terminal/table.js";

type OwnerUsage = GetUsageResponse["owners"][number];

/** `bnas usage`: what each owner of searches has used of a running mesh, and what it may use. */
export const usageCommand = (
  { owner = "", ...flags }: MeshFlags & { readonly owner?: string; readonly json: boolean },
  here: Surroundings,
): Promise<ExitCode> =>
  askMesh(flags, here, async ({ client }) => {
    const { owners } = await client.getUsage({ owner }, { signal: here.interrupted });
    if (flags.json) for (const one of owners) here.out(JSON.stringify({ type: "usage", ...one }));
    else if (owners.length === 0) here.note("no one has used anything; `bnas submit` opens a search");
    else for (const line of table([HEAD, ...owners.map(rowOf)])) here.out(line);
    return EXIT.done;
  });

const HEAD = ["OWNER", "SEARCHES", "OPEN JOBS", "GPU SECONDS", "BLOB BYTES"];

const rowOf = ({ owner, used, allowed }: OwnerUsage): readonly string[] => [
  owner === "" ? "-" : printable(owner),
  amount(used?.searches, allowed?.searches),
  amount(used?.jobs, allowed?.jobs),
  amount(used?.gpuSeconds, allowed?.gpuSeconds),
  amount(used?.blobBytes, allowed?.blobBytes),
];

const amount = (used = 0, allowed?: number): string =>
  allowed === undefined ? String(Math.round(used)) : `${Math.round(used)} of ${allowed}`;
