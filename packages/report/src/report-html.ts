import { ledger, spaceOf } from "@bnas/search";
import { accuracySection, sampledAccuracies, varianceSentence } from "./accuracy-section.js";
import { answerSection } from "./answer-section.js";
import { askedSection } from "./asked-section.js";
import { cardSection } from "./card-section.js";
import { costSection } from "./cost-section.js";
import { fateSection } from "./fate-section.js";
import { htmlPage } from "./html-page.js";
import { escapeText } from "./markup.js";
import { answeredBy, answeredGenotype, type ReportInput } from "./report-input.js";
import { roundsSection } from "./rounds-section.js";
import { surenessSection } from "./sureness-section.js";
import { timeSection } from "./time-section.js";
import { verdictSection } from "./verdict-section.js";

const SECTIONS = [
  ["verdict", "What it is worth"],
  ["asked", "What was asked"],
  ["accuracy", "Accuracy"],
  ["sureness", "How sure"],
  ["abandoned", "What went when"],
  ["rounds", "Round by round"],
  ["time", "Time"],
  ["cost", "Cost"],
  ["card", "Report card"],
] as const;

/**
 * The report of a search that has ended: one page that needs no other file, no network and no script, in which every
 * decision can be followed to the numbers behind it. The same input gives the same bytes.
 */
export const reportHtml = (input: ReportInput): string => {
  const samples = sampledAccuracies(input.search);
  const { assessment } = input;
  const rounds = ledger(input.search, assessment.sureness);
  const space = spaceOf(input.spec);
  const body = [
    accuracySection(samples, input.dataset.classes.length, varianceSentence(input.search)),
    surenessSection(space, assessment.sureness, rounds),
    fateSection(space, rounds, answeredGenotype(input.search), answeredBy(input.search)),
    roundsSection(space, rounds, samples),
    timeSection(input.summary),
    costSection(input),
    cardSection(input),
  ];
  const worth = verdictSection(assessment);
  const links = SECTIONS.filter(
    ([id]) => id === "asked" || [worth, ...body].some((section) => section.includes(`id="${id}"`)),
  );
  return htmlPage(`${input.search.id}: BNAS report`, [
    `<header class="top"><nav><ul>${links.map(([id, name]) => `<li><a href="#${id}">${name}</a></li>`).join("")}</ul></nav></header>`,
    "<main>",
    answerSection(input, samples),
    worth,
    askedSection(input.spec),
    ...body,
    "</main>",
    `<footer>Written by bnas ${escapeText(input.version)}. The algorithm: Chen et al., Binarized Neural Architecture Search, AAAI 2020 (arXiv 1911.10862).</footer>`,
  ]);
};
