import { type AccuracyVariance, accuracyVariance, greatestOf, leastOf, type Search } from "@bnas/search";
import { accuracyChart, type Sampled } from "./accuracy-chart.js";
import { mean, percent, precisePercent } from "./figures.js";

/** Accuracies of the samples on the reduction split, in the order of their jobs. */
export const sampledAccuracies = (search: Search): readonly Sampled[] =>
  search.work.flatMap(({ job, evaluated }) => {
    if (job.kind !== "sample" || evaluated === undefined) return [];
    const { round, pass, sample } = job;
    return [{ round, pass, sample, accuracy: evaluated.correct / evaluated.total }];
  });

/** How much of a score can be its network, in a sentence; empty where the facts cannot tell. */
export const varianceSentence = (search: Search): string => {
  const found = accuracyVariance(search);
  return found === undefined ? "" : sentence(found);
};

const sentence = ({ withinPass, position, counting, rest, gainPerSample }: AccuracyVariance): string => {
  const share = (part: number) => percent(Math.min(1, part / withinPass));
  const gain = `${gainPerSample < 0 ? "-" : "+"}${(Math.abs(gainPerSample) * 100).toFixed(1)}`;
  return (
    `Of the variance of the accuracies within a pass, ${share(rest)} to ${share(withinPass - position)} is the networks together with ` +
    `the luck of their training, up to ${share(counting)} is counting right answers on few images, and ${share(position)} is the ` +
    `place in the pass (${gain} points from one sample to the next). One search cannot say more: docs/rigor.md.`
  );
};

/** How well samples did, round by round: a chart, and its numbers. */
export const accuracySection = (samples: readonly Sampled[], classes: number, variance = ""): string => {
  const heading = `<h2 id="accuracy">Accuracy of the samples</h2>`;
  if (samples.length === 0) return `${heading}\n<p>This search evaluated no samples.</p>`;
  const rounds = [...new Set(samples.map(({ round }) => round))];
  return [
    heading,
    "<p>Each dot is a sample: a network with one operation an edge and inherited weights, evaluated on the reduction split after",
    "one epoch. Lines and figures above them are the mean of the round. These are not accuracies of the derived network.</p>",
    `<div class="chart scroll">${accuracyChart(samples, classes)}</div>`,
    ...(variance === "" ? [] : [`<p>${variance}</p>`]),
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
    precisePercent(greatestOf(accuracies)),
    precisePercent(leastOf(accuracies)),
  ];
  return `<tr><th scope="row">${round}</th>${cells.map((text) => `<td class="number">${text}</td>`).join("")}</tr>`;
};
