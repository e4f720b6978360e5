import { EXIT, type ExitCode } from "@bnas/errors";
import type { EdgeLedger, Ledger } from "@bnas/proto";
import { percent } from "@bnas/report";
import { askMesh, type MeshFlags } from "../../reach/reach-mesh.js";
import type { Surroundings } from "../../terminal/surroundings.js";
import { table } from "../../terminal/table.js";

/** `bnas ledger SEARCH_ID`: why each operation went, of the rounds that have ended. */
export const ledgerCommand = (
  searchId: string,
  flags: MeshFlags & { readonly json: boolean },
  here: Surroundings,
): Promise<ExitCode> =>
  askMesh(flags, here, async ({ client }) => {
    const ledger = await client.getLedger({ searchId }, { signal: here.interrupted });
    if (flags.json) for (const line of jsonLines(ledger)) here.out(line);
    else if (ledger.rounds.length > 0) for (const line of ledgerTable(ledger)) here.out(line);
    else
      here.note(
        `no round has ended, so that no operation has gone: \`bnas get ${searchId}\` tells how far the search is`,
      );
    return EXIT.done;
  });

/** An edge of a round a line, with all operations that competed there. */
const jsonLines = ({ searchId, rounds }: Ledger): string[] =>
  rounds.flatMap(({ round, edges }) =>
    edges.map((edge) => JSON.stringify({ type: "ledger", search: searchId, round, ...edge })),
  );

/** An operation that went a line, and beside it the one that was nearest to going. */
const ledgerTable = ({ rounds }: Ledger): string[] =>
  table([
    ["ROUND", "K", "CELL", "EDGE", "ABANDONED", "LIKELIHOOD", "SCORE", "ACCURACY", "ALPHA", "NEXT", "SURE"],
    ...rounds.flatMap(({ round, edges }) => edges.map((edge) => [String(round), ...edgeCells(edge)])),
  ]);

const edgeCells = ({ cell, from, to, operations, abandoned, sure }: EdgeLedger): string[] => {
  const gone = operations.find(({ operation }) => operation === abandoned);
  const [next] = operations
    .filter(({ operation }) => operation !== abandoned)
    .toSorted((one, other) => one.likelihood - other.likelihood);
  return [
    String(operations.length),
    cell,
    `${from}->${to}`,
    abandoned,
    number(gone?.likelihood),
    number(gone?.score),
    // Of those that are not sampled the score of the rest counts (line 11 of Algorithm 1).
    gone?.accuracy === undefined ? "not sampled" : percent(gone.accuracy),
    number(gone?.alpha),
    next === undefined ? "-" : `${next.operation} ${number(next.likelihood)}`,
    // How often it would go again if the samples answered again.
    sure === undefined ? "-" : `${(100 * sure).toFixed(0)} %`,
  ];
};

const number = (value: number | undefined): string => value?.toFixed(4) ?? "-";
