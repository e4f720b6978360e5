import {
  endedEarly,
  type Genotype,
  greatestOf,
  kindsOf,
  outcomesOf,
  printGenotype,
  type Search,
  type Space,
  spaceOf,
  traitsOf,
  variantOutcomes,
} from "@bnas/search";
import type { Sampled } from "./accuracy-chart.js";
import { binarizeSentence } from "./asked-section.js";
import { cellSvg } from "./cell-svg.js";
import { count, preciseDuration, precisePercent, rate } from "./figures.js";
import { cellTitle } from "./heat-map.js";
import { unlikeMakers } from "./made-by.js";
import { escapeText } from "./markup.js";
import { answeredBy, answeredGenotype, type ReportInput } from "./report-input.js";
import { verdictNote } from "./verdict-section.js";

/** The answer first: what was found, in a drawing and in the line that other code reads, and what it took. */
export const answerSection = (input: ReportInput, samples: readonly Sampled[]): string => {
  const { search, spec, summary, dataset } = input;
  const accuracies = samples.map(({ accuracy }) => accuracy);
  const speed = summary.imagesPerSecond.training;
  const trained = variantOutcomes(outcomesOf(search));
  const figures: readonly (readonly [string, string])[] = [
    ...trained.flatMap(({ variant, mean }) =>
      variant === "answer" ? [["of the test images, by the trained network", precisePercent(mean)] as const] : [],
    ),
    ...(accuracies.length === 0
      ? []
      : [
          [
            `best sample; chance is ${precisePercent(1 / dataset.classes.length)}`,
            precisePercent(greatestOf(accuracies)),
          ] as const,
        ]),
    ["samples", count(accuracies.length)],
    ...(traitsOf(spec.strategy).trains === "samples" ? [] : [["rounds", count(summary.rounds.length)] as const]),
    ["wall time", preciseDuration(summary.seconds.wall)],
    ...(speed === null ? [] : [["images trained a second", rate(speed)] as const]),
  ];
  return [
    `<h1>Search <code>${escapeText(search.id)}</code></h1>`,
    `<p class="lead">Strategy <code>${escapeText(spec.strategy)}</code> on <code>${escapeText(spec.dataset)}</code>, seed ${spec.seed}. Binarize <code>${escapeText(spec.binarize)}</code>: ${binarizeSentence(spec)}</p>`,
    verdictNote(input.assessment),
    ...unlikeNote(input),
    ...(trained.length > 0 && trained.every(({ variant }) => variant !== "random") ? [UNCERTIFIED] : []),
    `<dl class="figures">${figures.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join("")}</dl>`,
    ...found(search, spaceOf(spec)),
  ].join("\n");
};

const unlikeNote = ({ provenance }: ReportInput): readonly string[] => {
  const said = unlikeMakers(provenance);
  return said === undefined ? [] : [`<p><strong>Not made alike:</strong> ${escapeText(said)}</p>`];
};

const UNCERTIFIED =
  "<p><strong>Uncertified:</strong> no random genotype was trained beside the network, so nothing says that the search found more than chance would have.</p>";

const found = (search: Search, space: Space): string[] => {
  const genotype = answeredGenotype(search);
  if (genotype === undefined) return [`<p><strong>No genotype was found:</strong> ${escapeText(why(search))}</p>`];
  const early = endedEarly(search);
  const by = answeredBy(search);
  return [
    ...(early === undefined ? [] : [`<p><strong>Not the whole search:</strong> it ${escapeText(early)}.</p>`]),
    ...(by === undefined ? [] : [`<p>${OF[by]}</p>`]),
    ...kindsOf(space).map((kind) => cellFigure(genotype, kind, space)),
    "<h3>The genotype, as the code of DARTS and PC-DARTS reads it</h3>",
    `<pre class="copy"><code>${escapeText(printGenotype(genotype))}</code></pre>`,
  ];
};

const OF = {
  survivors: "The answer is of what is left on every edge.",
  "best-sample": "The answer is of a network that was trained as a sample, and came out best.",
} as const;

const why = ({ ended }: Search): string => {
  if (ended?.kind === "search.failed") return `the search failed: ${ended.reason}. ${ended.hint}`;
  if (ended?.kind === "search.cancelled") return `the search was cancelled: ${ended.reason}`;
  return "the search has not ended.";
};

const cellFigure = (genotype: Genotype, kind: string, space: Space): string =>
  `<figure class="cell"><figcaption>${cellTitle(kind)}</figcaption><div class="scroll">${cellSvg(genotype, kind, space)}</div></figure>`;
