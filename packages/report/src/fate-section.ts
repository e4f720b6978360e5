import {
  CELL_KINDS,
  type CellKind,
  EDGES,
  type Edge,
  type Genotype,
  OPERATIONS,
  type Operation,
  type OperationLedger,
  type RoundLedger,
} from "@bnas/search";
import { cellTitle, type Fates, mapHead, opensNode } from "./heat-map.js";
import { edgeMarkup } from "./node-markup.js";
import { fatesOf } from "./rounds-section.js";

/** The whole search at a glance: in which round every operation went, what is left, and which edges made the cells. */
export const fateSection = (rounds: readonly RoundLedger[], genotype: Genotype | undefined): string => {
  if (rounds.length === 0) return "";
  const fates = fatesOf(rounds);
  return [
    `<h2 id="abandoned">What went when, and what is left</h2>`,
    "<p>The figure is the round in which the operation was abandoned on that edge; the stronger the colour, the longer it lasted. The last one",
    "left is marked with its likelihood. A node keeps the two incoming edges of greatest likelihood (their names are bold); an",
    "edge on which only <code>none</code> is left comes last.</p>",
    `<div class="pair">${CELL_KINDS.map((kind) => fateMap(kind, fates[kind], rounds, genotype)).join("\n")}</div>`,
  ].join("\n");
};

const fateMap = (
  kind: CellKind,
  fates: Fates,
  rounds: readonly RoundLedger[],
  genotype: Genotype | undefined,
): string => {
  const rows = EDGES.map((edge, index) => {
    const left = survivor(rounds.at(-1), kind, index);
    const used = left !== undefined && isUsed(genotype, kind, edge, left.operation);
    const cells = OPERATIONS.map((operation) => {
      const round = fates[index]?.get(operation);
      if (round !== undefined) {
        return `<td class="${shade(round, rounds.length)}" title="${operation}: abandoned in round ${round}">${round}</td>`;
      }
      const likelihood = left?.operation === operation ? left.likelihood : undefined;
      return likelihood === undefined
        ? `<td title="${operation}: still a candidate"></td>`
        : `<td class="kept p4" title="${operation}: left, likelihood ${likelihood.toFixed(6)}">${likelihood.toFixed(3)}</td>`;
    });
    const classes = [...(opensNode(edge, EDGES[index - 1]) ? ["node"] : []), used ? "chosen" : "unused"];
    return `<tr class="${classes.join(" ")}"><th scope="row">${edgeMarkup(edge)}</th>${cells.join("")}</tr>`;
  });
  return `<div class="scroll"><table class="map fates">${mapHead(cellTitle(kind))}<tbody>${rows.join("\n")}</tbody></table></div>`;
};

/** The one operation left on an edge after the last round, unless the search ended before. */
const survivor = (last: RoundLedger | undefined, kind: CellKind, index: number): OperationLedger | undefined => {
  const row = last?.edges.find(({ cell, edge }) => cell === kind && edge === index);
  const left = row?.operations.filter(({ operation }) => operation !== row.abandoned) ?? [];
  return left.length === 1 ? left[0] : undefined;
};

const isUsed = (genotype: Genotype | undefined, kind: CellKind, edge: Edge, operation: Operation): boolean =>
  genotype?.[kind].some(
    ([found, input], index) => (index >> 1) + 2 === edge.to && input === edge.from && found === operation,
  ) ?? false;

/** Blue in three steps, so that the eye finds what lasted. */
const shade = (round: number, rounds: number): string =>
  `p${Math.min(3, Math.ceil((3 * round) / Math.max(1, rounds)))}`;
