import type { Variant } from "@bnas/search";
import { capital, count, preciseDuration, rate, several } from "./figures.js";
import { escapeText } from "./markup.js";
import type { ReportInput, VariantCost } from "./report-input.js";
import type { Latency, WorkDone } from "./summary.js";

/** What each kind of network is called in a table. */
const VARIANT_NAMES: Readonly<Record<Variant, string>> = {
  answer: "network of the answer",
  random: "random genotypes",
  "full-precision": "full-precision twin",
  published: "published genotype",
};

/** What the networks cost to keep and to run, and what training each kind of them took. */
export const costSection = ({ costs, summary }: ReportInput): string =>
  [
    `<h2 id="cost">What the networks cost</h2>`,
    ...(costs === undefined ? [`<p>${UNCOUNTED}</p>`] : [costTable(costs)]),
    `<p>${escapeText(latencySentence(summary.latency))}</p>`,
    ...(summary.work.length === 0 ? [] : ["<h3>Seconds of jobs, by what they were for</h3>", workTable(summary.work)]),
  ].join("\n");

const UNCOUNTED =
  "Not counted: the space has operations of a module that was not loaded where this report was written.";

const costTable = (costs: readonly VariantCost[]): string => {
  const head = ["Parameters", "Of 1 bit", "Stored, MB", "Of float32", "1-bit operations, M", "Float operations, M"].map(
    (name) => `<th scope="col" class="number">${name}</th>`,
  );
  return [
    `<div class="scroll"><table class="plain"><caption class="soft">Of one image; an operation is a multiply-add, with a weight of 1 bit or of 32. Norms, pools and sums are not counted.</caption>`,
    `<thead><tr><th scope="col">Network</th>${head.join("")}</tr></thead><tbody>`,
    ...costs.map(costRow),
    "</tbody></table></div>",
  ].join("\n");
};

const costRow = (cost: VariantCost): string => {
  const { variant, networks, parameters, oneBitParameters, bits, oneBitOperations, floatOperations } = cost;
  const of = networks === 1 ? "" : `, mean of ${networks}`;
  const cells = [
    count(parameters),
    count(oneBitParameters),
    (bits / 8e6).toFixed(3),
    `${((100 * bits) / (32 * parameters)).toFixed(1)} %`,
    millions(oneBitOperations),
    millions(floatOperations),
  ].map((text) => `<td class="number">${text}</td>`);
  return `<tr><th scope="row">${capital(VARIANT_NAMES[variant])}${of}</th>${cells.join("")}</tr>`;
};

const millions = (operations: number): string => (operations / 1e6).toFixed(2);

/** `1 image takes 1.23 ms (median of 30 runs; least 1.10 ms) in ...`. */
export const latencySentence = (latency: Latency | null): string => {
  if (latency === null) {
    return "Latency: not measured. bnas evaluate MODEL measures that of a trained network on the machine that it runs on.";
  }
  const { milliseconds, runs, runtime, machine } = latency;
  const { median, least } = milliseconds;
  return `Latency of the trained network: ${rate(median)} ms an image (median of ${several(runs, "run")}, one image each; least ${rate(least)} ms), by ${runtime}, on ${machine}.`;
};

const workTable = (work: readonly WorkDone[]): string => {
  const head = ["Networks", "Training", "Evaluation", "A network"].map(
    (name) => `<th scope="col" class="number">${name}</th>`,
  );
  const rows = work.map(({ of, networks, training, evaluation }) => {
    const cells = [
      networks === 0 ? "\u2013" : count(networks),
      preciseDuration(training),
      preciseDuration(evaluation),
      networks === 0 ? "\u2013" : preciseDuration((training + evaluation) / networks),
    ].map((text) => `<td class="number">${text}</td>`);
    const name = of === "search" ? "the search" : VARIANT_NAMES[of];
    return `<tr><th scope="row">${capital(name)}</th>${cells.join("")}</tr>`;
  });
  return [
    `<div class="scroll"><table class="plain"><caption class="soft">Added up over all workers, which work side by side: more than the wall time where there are several.</caption>`,
    `<thead><tr><th scope="col">For</th>${head.join("")}</tr></thead><tbody>`,
    ...rows,
    "</tbody></table></div>",
  ].join("\n");
};
