import { fault, method, text } from "@bnas/errors";
import type { Architecture, Ledger } from "@bnas/proto";
import { cellSvg } from "@bnas/report";
import {
  concatOf,
  type Genotype,
  kindsOf,
  ledger,
  linksOf,
  printAnswer,
  printGenotypeJson,
  spaceOf,
  spaceOfGenotype,
  surenessOf,
} from "@bnas/search";
import type { Searches } from "../deciding/searches.js";
import { findSearch } from "./find-search.js";

/** The genotype of a search that has finished, in every form that a caller may want. */
export const getArchitecture = async (searches: Searches, searchId: string): Promise<Architecture> => {
  const { ended, spec } = (await findSearch(searches, searchId)).search;
  if (ended?.kind !== "search.finished") {
    throw fault(
      "FAILED_PRECONDITION",
      ended === undefined
        ? `search ${searchId} has no genotype yet`
        : `search ${searchId} ended without a genotype: ${ended.kind.replace("search.", "")}`,
      ended === undefined
        ? text`${method("WatchSearch")} tells when it is finished`
        : text`${method("GetSearch")} tells why; ${method("CreateSearch")} opens a new one`,
    );
  }
  const { genotype } = ended;
  const space = spec === undefined ? spaceOfGenotype(genotype) : spaceOf(spec);
  const kinds = kindsOf(space);
  const svgOf = (kind: string): string => (kinds.includes(kind) ? cellSvg(genotype, kind, space) : "");
  return {
    searchId,
    normal: cellMessage(genotype, "normal"),
    reduce: cellMessage(genotype, "reduce"),
    genotypeJson: printGenotypeJson(genotype),
    genotypeText: printAnswer(space, genotype).join("\n"),
    normalSvg: svgOf("normal"),
    reduceSvg: svgOf("reduce"),
    cells: kinds.map((kind) => ({ kind, cell: cellMessage(genotype, kind), svg: svgOf(kind) })),
  };
};

const cellMessage = (genotype: Genotype, kind: string) => ({
  links: linksOf(genotype, kind).map(([operation, input]) => ({ operation, input })),
  concat: [...concatOf(genotype, kind)],
});

/** Resamples of the sureness in a ledger: fewer than in summary.json, for other callers wait meanwhile. */
const RESAMPLES = 200;

/** Why every operation went: alpha, accuracy, score and likelihood of every operation of every edge, round by round, and how sure that was. */
export const getLedger = async (searches: Searches, searchId: string): Promise<Ledger> => {
  const { search } = await findSearch(searches, searchId);
  return {
    searchId,
    rounds: ledger(search, surenessOf(search, RESAMPLES)).map(({ round, edges }) => ({
      round,
      edges: edges.map((edge) => ({ ...edge, operations: [...edge.operations] })),
    })),
  };
};
