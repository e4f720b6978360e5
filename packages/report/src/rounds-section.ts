import type { CellKind, Measure, Operation, PerCell, RoundLedger, Space } from "@bnas/search";
import { greatestOf } from "@bnas/search";
import type { Sampled } from "./accuracy-chart.js";
import { edgeDetail } from "./edge-detail.js";
import { mean, precisePercent, several } from "./figures.js";
import { cellTitle, type Fates, heatLegend, heatMap } from "./heat-map.js";

/** Round in which each operation of each edge went. */
export const fatesOf = ({ cells }: Space, rounds: readonly RoundLedger[]): PerCell<Fates> => {
  const gone = (kind: CellKind, place: number): [Operation, number][] =>
    rounds.flatMap(({ round, edges }) =>
      edges
        .filter(({ cell, edge }) => cell === kind && edge === place)
        .map(({ abandoned }): [Operation, number] => [abandoned, round]),
    );
  return Object.fromEntries(
    cells.map(({ kind, edges }): [CellKind, Fates] => [kind, edges.map((_, place) => new Map(gone(kind, place)))]),
  );
};

/** Every round: a heat map of each cell, and for every edge why it lost what it lost. */
export const roundsSection = (space: Space, rounds: readonly RoundLedger[], samples: readonly Sampled[]): string => {
  const heading = `<h2 id="rounds">Round by round</h2>`;
  if (rounds.length === 0) return `${heading}\n<p>This search has no rounds: nothing was abandoned.</p>`;
  const fates = fatesOf(space, rounds);
  const measure = measureIn(rounds);
  return [
    heading,
    `<p>${FIGURES[measure]} On every`,
    `edge the operation of least ${measure} goes. The name of an edge leads to its numbers.</p>`,
    heatLegend(measure),
    ...rounds.map((round, index) => roundDetails(space, round, samples, fates, index === 0)),
  ].join("\n");
};

/** What a search compares operations by. */
export const measureIn = (rounds: readonly RoundLedger[]): Measure => rounds[0]?.edges[0]?.measure ?? "likelihood";

const FIGURES: Readonly<Record<Measure, string>> = {
  likelihood:
    "Figures in a map are likelihoods after the round: half of the likelihood before, plus the score of this round.",
  worth:
    "Figures in a map say what an operation is worth: what the estimate of all samples so far expects of the best fifth of the networks that hold it, in standard deviations of the samples from their middle (normal scores).",
  "upper bound":
    "Figures in a map are upper confidence bounds: the mean accuracy of all samples so far that held the operation, and the more the fewer they were.",
};

const roundDetails = (
  space: Space,
  view: RoundLedger,
  samples: readonly Sampled[],
  fates: PerCell<Fates>,
  open: boolean,
): string => {
  const left = view.edges[0]?.operations.length ?? 0;
  const own = samples.filter(({ round }) => round === view.round).map(({ accuracy }) => accuracy);
  const accuracy =
    own.length === 0 ? "" : `, mean ${precisePercent(mean(own))}, best ${precisePercent(greatestOf(own))}`;
  return [
    `<details class="round" id="round-${view.round}"${open ? " open" : ""}><summary>Round ${view.round}: ${left} to ${several(left - 1, "operation")} an edge`,
    `<span class="soft">${several(own.length, "sample")}${accuracy}</span></summary>`,
    `<div class="pair">${space.cells.map((cell) => heatMap(space, view, cell, fates[cell.kind] ?? [])).join("\n")}</div>`,
    `<div class="edges">`,
    ...space.cells.map(
      (cell) =>
        `<div><h4>${cellTitle(cell.kind)}: what each edge loses, and why</h4>${view.edges
          .filter((row) => row.cell === cell.kind)
          .map((row) => edgeDetail(cell, view.round, row))
          .join("\n")}</div>`,
    ),
    "</div></details>",
  ].join("\n");
};
