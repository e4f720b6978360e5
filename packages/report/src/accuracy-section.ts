import type { Search } from "@bnas/search";
import { accuracyChart, type Sampled } from "./accuracy-chart.js";
import { mean, precisePercent } from "./figures.js";

/** Accuracies of the samples on the reduction split, in the order of their jobs. */
export const sampledAccuracies = (search: Search): readonly Sampled[] =>
  search.work.flatMap(({ job, evaluated }) => {
    if (job.kind !== "sample" || evaluated === undefined) return [];
    const { round, pass, sample } = job;
    return [{ round, pass, sample, accuracy: evaluated.correct / evaluated.total }];
  });

/** How well samples did, round by round: a chart, and its numbers. */
export const accuracySection = (samples: readonly Sampled[], classes: number): string => {
  const heading = `<h2 id="accuracy">Accuracy of the samples</h2>`;
  if (samples.length === 0) return `${heading}\n<p>This search evaluated no samples.</p>`;
  const rounds = [...new Set(samples.map(({ round }) => round))];
  return [
    heading,
    "<p>Each dot is a sample: a network with one operation an edge and inherited weights, evaluated on the reduction split after",
    "one epoch. Lines and figures above them are the mean of the round. These are not accuracies of the derived network.</p>",
    `<div class="chart scroll">${accuracyChart(samples, classes)}</div>`,
    `<details><summary>The numbers</summary><div class="scroll"><table class="plain"><thead><tr><th scope="col">Round</th>`,
    ...["Samples", "Mean", "Best", "Worst"].map((name) => `<th scope="col" class="number">${name}</th>`),
    "</tr></thead><tbody>",
    ...rounds.map((round) =>
      numbers(
        round,
        samples.filter((sample) => sample.round === round).map((s) => s.accuracy),
      ),
    ),
    "</tbody></table></div></details>",
  ].join("\n");
};

const numbers = (round: number, accuracies: readonly number[]): string => {
  const cells = [
    String(accuracies.length),
    precisePercent(mean(accuracies)),
    precisePercent(Math.max(...accuracies)),
    precisePercent(Math.min(...accuracies)),
  ];
  return `<tr><th scope="row">${round}</th>${cells.map((text) => `<td class="number">${text}</td>`).join("")}</tr>`;
};
