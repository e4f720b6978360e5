import {
  type Assessment,
  collapseOf,
  type Genotype,
  outcomesOf,
  type Search,
  type Space,
  type Spec,
  spaceOf,
  surenessSentence,
  type Variant,
  type VariantOutcome,
  variantOutcomes,
  weightlessOf,
} from "@bnas/search";
import { binarizeSentence } from "./asked-section.js";
import { latencySentence } from "./cost-section.js";
import { count, preciseDuration, precisePercent, several } from "./figures.js";
import { dataDigestSentence, madeByRows } from "./made-by.js";
import { escapeText } from "./markup.js";
import { answeredGenotype, type ReportInput } from "./report-input.js";

/**
 * The report card: what a reader must know to trust and to repeat the result, after the checklist of Lindauer and Hutter,
 * "Best Practices for Scientific Research on Neural Architecture Search" (JMLR 2020). What was not done is said to be so.
 */
export const cardSection = (input: ReportInput): string => {
  const { spec, dataset, provenance, summary } = input;
  const images = Object.entries(dataset.images).map(([split, number]) => `${split} ${count(number)}`);
  const rows: readonly (readonly [string, string])[] = [
    ["Seed", `${spec.seed}; runs with other seeds: not part of this report`],
    ["Dataset", `${spec.dataset}; ${count(dataset.classes.length)} classes; ${images.join(", ")} images`],
    ["Dataset digest", dataDigestSentence(provenance, dataset.digest)],
    ...madeByRows(provenance),
    ["Binarize", `${spec.binarize}: ${binarizeSentence(spec)}`],
    ...(spec.supernet === "paths" ? [["Supernet", PATHS] as const] : []),
    ...(summary.samplesTrained === 0 ? [] : [["Order of updates", orderSentence(spec)] as const]),
    ["Search space", spaceSentence(spaceOf(spec))],
    [
      "Budget",
      `${several(summary.epochsTrained, "supernet epoch")}, ${several(summary.samplesTrained, "sample epoch")}, ${preciseDuration(summary.seconds.wall)}`,
    ],
    ["Verdict", verdictSentence(input.assessment)],
    ...modelRows(input.search),
    ["Cost of the network", costSentence(input)],
    ["Latency", latencySentence(summary.latency)],
    ["Collapse to skip connections or none", collapseSentence(answeredGenotype(input.search), spaceOf(spec))],
  ];
  return [
    `<h2 id="card">Report card</h2>`,
    `<p class="soft">After the checklist of Lindauer and Hutter (JMLR 2020).</p>`,
    `<div class="scroll"><table class="plain"><tbody>`,
    ...rows.map(([name, answer]) => `<tr><th scope="row">${name}</th><td class="wrap">${escapeText(answer)}</td></tr>`),
    "</tbody></table></div>",
  ].join("\n");
};

/** What came of the networks that were trained, and what was not trained. */
const modelRows = (search: Search): readonly (readonly [string, string])[] => {
  const found = variantOutcomes(outcomesOf(search));
  return CARD.map(([variant, name, otherwise]) => {
    const outcome = found.find((one) => one.variant === variant);
    return [name, outcome === undefined ? otherwise : outcomeSentence(outcome)];
  });
};

const CARD: readonly (readonly [Variant, string, string])[] = [
  ["answer", "Derived network trained from scratch", "not run: no accuracy on this page is of the derived network"],
  ["random", "Random architecture at equal budget", "not run: uncertified, nothing says that the search beats chance"],
  ["full-precision", "Full-precision twin", "not run"],
  ["published", "Published genotype", "not run"],
];

/** `99.2 % on the test images, mean of 3 (95 % interval 98.9 % to 99.4 %); against random genotypes A12 0.83, p 0.021`. */
const outcomeSentence = ({ accuracies, mean, interval, againstRandom }: VariantOutcome): string => {
  const { low, high } = interval;
  const of = accuracies.length === 1 ? "one network" : `mean of ${accuracies.length} networks`;
  const against =
    againstRandom === undefined
      ? ""
      : `; against random genotypes A12 ${againstRandom.a12.toFixed(2)}, p ${againstRandom.p.toFixed(3)}`;
  return `${precisePercent(mean)} of the test images, ${of} (95 % interval ${precisePercent(low)} to ${precisePercent(high)})${against}`;
};

const PATHS =
  "by paths: each batch of its epochs trains a pass of networks of one operation an edge; strengths are not trained; not the mixture of the paper";

/** Another order of updates gives other weights, and so other decisions: a reader must know which it was. */
const orderSentence = ({ parallel, protocol }: Spec): string => {
  if (protocol === "fair") {
    return (
      "fair: every sample of a pass starts from the weights of the pass and sees the same images in the same order, at a rate that " +
      "falls within its epoch; the pass is merged when all are trained; not the order of the paper, and the same for every parallel"
    );
  }
  return parallel === 1
    ? "sequential: each sample starts from the weights of the one before, as in the paper"
    : "side by side: every sample of a pass starts from the weights of the pass, which are merged when all are trained: the " +
        "own operations of each, the mean of what they share; not the order of the paper, and the same for every parallel above 1";
};

const spaceSentence = ({ name, cells, operations }: Space): string => {
  if (name === "darts") {
    return `that of DARTS: normal and reduction cells, 14 edges each, on every edge ${operations.join(", ")}`;
  }
  const kinds = cells.map(({ kind, edges }) => `${kind} of ${several(edges.length, "edge")}`);
  return `${name}: ${several(cells.length, "kind")} of cells, ${kinds.join(", ")}; operations ${operations.join(", ")}`;
};

const costSentence = ({ costs }: ReportInput): string => {
  const cost = costs?.find(({ variant }) => variant === "answer");
  if (cost === undefined) return "not counted";
  const { parameters, oneBitParameters, bits, oneBitOperations, floatOperations } = cost;
  return `${count(parameters)} parameters, ${count(oneBitParameters)} of them of 1 bit; ${count(bits)} bits; of one image ${count(oneBitOperations)} multiply-adds with 1-bit weights and ${count(floatOperations)} in floats`;
};

const verdictSentence = ({ verdict, sureness }: Assessment): string => {
  const kinds = verdict?.findings.map(({ kind }) => kind).join(", ") ?? "none: the search ended without an answer";
  return sureness === undefined ? kinds : `${kinds}. ${surenessSentence(sureness)}`;
};

const collapseSentence = (genotype: Genotype | undefined, space: Space): string => {
  if (genotype === undefined) return "no genotype was found";
  const cells = weightlessOf(genotype).map(
    ({ cell, links, skips, nones }) =>
      `skip_connect on ${skips} and none on ${nones} of ${links} ${cell === "reduce" ? "reduction" : cell} links`,
  );
  const found = collapseOf(genotype, space);
  const verdict = found === undefined ? "no" : `collapsed: the ${found.cell} cell to ${found.into}`;
  return `${verdict}. ${cells.join("; ")}.`;
};
