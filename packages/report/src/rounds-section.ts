import { CELL_KINDS, type CellKind, EDGES, type Operation, type PerCell, type RoundLedger } from "@bnas/search";
import type { Sampled } from "./accuracy-chart.js";
import { edgeDetail } from "./edge-detail.js";
import { mean, precisePercent, several } from "./figures.js";
import { cellTitle, type Fates, HEAT_LEGEND, heatMap } from "./heat-map.js";

/** Round in which each operation of each edge went. */
export const fatesOf = (rounds: readonly RoundLedger[]): PerCell<Fates> => {
  const gone = (kind: CellKind, place: number): [Operation, number][] =>
    rounds.flatMap(({ round, edges }) =>
      edges
        .filter(({ cell, edge }) => cell === kind && edge === place)
        .map(({ abandoned }): [Operation, number] => [abandoned, round]),
    );
  const cell = (kind: CellKind): Fates => EDGES.map((_, place) => new Map(gone(kind, place)));
  return { normal: cell("normal"), reduce: cell("reduce") };
};

/** Every round: a heat map of each cell, and for every edge why it lost what it lost. */
export const roundsSection = (rounds: readonly RoundLedger[], samples: readonly Sampled[]): string => {
  const heading = `<h2 id="rounds">Round by round</h2>`;
  if (rounds.length === 0) return `${heading}\n<p>This search has no rounds: nothing was abandoned.</p>`;
  const fates = fatesOf(rounds);
  return [
    heading,
    "<p>Figures in a map are likelihoods after the round: half of the likelihood before, plus the score of this round. On every",
    "edge the operation of least likelihood goes. The name of an edge leads to its numbers.</p>",
    HEAT_LEGEND,
    ...rounds.map((round, index) => roundDetails(round, samples, fates, index === 0)),
  ].join("\n");
};

const roundDetails = (view: RoundLedger, samples: readonly Sampled[], fates: PerCell<Fates>, open: boolean): string => {
  const left = view.edges[0]?.operations.length ?? 0;
  const own = samples.filter(({ round }) => round === view.round).map(({ accuracy }) => accuracy);
  const accuracy =
    own.length === 0 ? "" : `, mean ${precisePercent(mean(own))}, best ${precisePercent(Math.max(...own))}`;
  return [
    `<details class="round" id="round-${view.round}"${open ? " open" : ""}><summary>Round ${view.round}: ${left} to ${several(left - 1, "operation")} an edge`,
    `<span class="soft">${several(own.length, "sample")}${accuracy}</span></summary>`,
    `<div class="pair">${CELL_KINDS.map((kind) => heatMap(view, kind, fates[kind])).join("\n")}</div>`,
    `<div class="edges">`,
    ...CELL_KINDS.map(
      (kind) =>
        `<div><h4>${cellTitle(kind)}: what each edge loses, and why</h4>${view.edges
          .filter(({ cell }) => cell === kind)
          .map((row) => edgeDetail(view.round, row))
          .join("\n")}</div>`,
    ),
    "</div></details>",
  ].join("\n");
};
