import {
  type Cell,
  type CellKind,
  type Edge,
  type FactOf,
  type Genotype,
  linksOf,
  linkTargets,
  type Measure,
  type Operation,
  type OperationLedger,
  type RoundLedger,
  type Space,
} from "@bnas/search";
import { cellTitle, type Fates, mapHead, opensNode } from "./heat-map.js";
import { edgeMarkup } from "./node-markup.js";
import { fatesOf, measureIn } from "./rounds-section.js";

/** The whole search at a glance: in which round every operation went, what is left, and which edges made the cells. */
export const fateSection = (
  space: Space,
  rounds: readonly RoundLedger[],
  genotype: Genotype | undefined,
  by?: FactOf<"search.finished">["by"],
): string => {
  if (rounds.length === 0) return "";
  const fates = fatesOf(space, rounds);
  const measure = measureIn(rounds);
  return [
    `<h2 id="abandoned">What went when, and what is left</h2>`,
    "<p>The figure is the round in which the operation was abandoned on that edge; the stronger the colour, the longer it lasted. The last one",
    `left is marked with its ${measure}. ${keptSentence(space, measure, by)}</p>`,
    `<div class="pair">${space.cells.map((cell) => fateMap(space, cell, fates[cell.kind] ?? [], rounds, genotype)).join("\n")}</div>`,
  ].join("\n");
};

const keptSentence = ({ cells }: Space, measure: Measure, by: FactOf<"search.finished">["by"]): string => {
  const bold = "Names of edges that are in the genotype with what is left on them are bold.";
  if (by === "best-sample") return `The answer is not of what is left but of the best sample. ${bold}`;
  const links = new Set(cells.map((cell) => cell.links));
  if (links.has("all")) return "A node keeps all of its edges.";
  if (by === "survivors") return `A node keeps the edges whose operation adds most, by the estimate. ${bold}`;
  const number = links.size > 1 ? "" : links.has(2) ? "two " : `${[...links].join()} `;
  return `A node keeps the ${number}incoming edges of greatest ${measure} (their names are bold); an\nedge on which only <code>none</code> is left comes last.`;
};

const fateMap = (
  { operations }: Space,
  cell: Cell,
  fates: Fates,
  rounds: readonly RoundLedger[],
  genotype: Genotype | undefined,
): string => {
  const rows = cell.edges.map((edge, index) => {
    const left = survivor(rounds.at(-1), cell.kind, index);
    const used = left !== undefined && isUsed(genotype, cell, edge, left.operation);
    const cells = operations.map((operation) => {
      const round = fates[index]?.get(operation);
      if (round !== undefined) {
        return `<td class="${shade(round, rounds.length)}" title="${operation}: abandoned in round ${round}">${round}</td>`;
      }
      const value = left?.operation === operation ? left.likelihood : undefined;
      return value === undefined
        ? `<td title="${operation}: still a candidate"></td>`
        : `<td class="kept p4" title="${operation}: left, ${measureIn(rounds)} ${value.toFixed(6)}">${value.toFixed(3)}</td>`;
    });
    const classes = [...(opensNode(edge, cell.edges[index - 1]) ? ["node"] : []), used ? "chosen" : "unused"];
    return `<tr class="${classes.join(" ")}"><th scope="row">${edgeMarkup(edge, cell)}</th>${cells.join("")}</tr>`;
  });
  return `<div class="scroll"><table class="map fates">${mapHead(cellTitle(cell.kind), operations)}<tbody>${rows.join("\n")}</tbody></table></div>`;
};

/** The one operation left on an edge after the last round, unless the search ended before. */
const survivor = (last: RoundLedger | undefined, kind: CellKind, index: number): OperationLedger | undefined => {
  const row = last?.edges.find(({ cell, edge }) => cell === kind && edge === index);
  const left = row?.operations.filter(({ operation }) => operation !== row.abandoned) ?? [];
  return left.length === 1 ? left[0] : undefined;
};

const isUsed = (genotype: Genotype | undefined, cell: Cell, edge: Edge, operation: Operation): boolean => {
  if (genotype === undefined) return false;
  const targets = linkTargets(cell);
  return linksOf(genotype, cell.kind).some(
    ([found, input], index) => targets[index] === edge.to && input === edge.from && found === operation,
  );
};

/** Blue in three steps, so that the eye finds what lasted. */
const shade = (round: number, rounds: number): string =>
  `p${Math.min(3, Math.ceil((3 * round) / Math.max(1, rounds)))}`;
