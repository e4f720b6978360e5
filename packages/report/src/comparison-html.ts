import type { ComparedRun } from "./compared-run.js";
import { comparisonRows, differenceLines } from "./comparison-rows.js";
import { comparisonSvg } from "./comparison-svg.js";
import { htmlPage } from "./html-page.js";
import { escapeText } from "./markup.js";
import { areComparable, type RunDifference } from "./run-differences.js";

/**
 * Several runs on one page that needs no other file, no network and no script: first what makes their numbers incomparable, then accuracies
 * as a picture, then all figures. The same runs give the same bytes.
 */
export const comparisonHtml = (runs: readonly ComparedRun[], differences: readonly RunDifference[]): string => {
  const names = runs.map(({ name }) => `<th scope="col">${escapeText(name)}</th>`);
  const picture = comparisonSvg(runs);
  return htmlPage(`${runs.length} runs side by side: BNAS`, [
    "<main>",
    `<h1>${runs.length} runs side by side</h1>`,
    ...differenceNotes(runs, differences),
    picture === undefined
      ? "<p>No run has trained a network, so there is no accuracy on test images to compare.</p>"
      : `<div class="scroll cell">${picture}</div>`,
    `<h2 id="figures">All figures</h2>`,
    `<div class="scroll"><table class="plain"><thead><tr><th></th>${names.join("")}</tr></thead><tbody>`,
    ...comparisonRows(runs).map(
      ({ name, cells }) =>
        `<tr><th scope="row">${escapeText(name)}</th>${cells.map((cell) => `<td>${escapeText(cell)}</td>`).join("")}</tr>`,
    ),
    "</tbody></table></div>",
    `<p class="soft">Accuracies are of the test images after the last epoch, with a 95 % interval. A12 is the probability that a network is better than one of the other group, p that of so large a difference by chance. Latencies are of the machine on which each run ended. Digests are cut to their first digits.</p>`,
    "</main>",
  ]);
};

const differenceNotes = (runs: readonly ComparedRun[], differences: readonly RunDifference[]): readonly string[] => {
  if (differences.length === 0)
    return [`<p class="lead">Same data, code, engine and budget: the numbers can be compared.</p>`];
  const verdict = areComparable(differences)
    ? "Same data and budget, as far as is recorded; read the numbers with this in mind:"
    : "<strong>These accuracies cannot be compared:</strong>";
  const items = differenceLines(runs, differences).map((line) => `<li>${escapeText(line)}</li>`);
  return [`<p class="lead">${verdict}</p>`, `<ul>${items.join("")}</ul>`];
};
