import { greatestOf, leastOf } from "../extremes.js";
import { printGenotype } from "../genotype/genotype-text.js";
import { endedEarly, evaluatedOf, roundsDone, type Search, samplesOf } from "../life/search.js";
import { traitsOf } from "../spec/strategies.js";
import { type Sureness, surenessSentence } from "../verdict/sureness.js";
import { tiesOf } from "../verdict/ties.js";
import { verdictOf } from "../verdict/verdict.js";
import { ledger, type RoundLedger } from "./ledger.js";

/**
 * The search in lines for people: what was asked, why each operation went, what the answer is worth, and how it ended.
 * @param sureness of the same search, if it was computed
 */
export const explain = (search: Search, sureness?: Sureness): string[] => {
  const { spec } = search;
  if (spec === undefined) return [`search ${search.id}: not opened`];
  return [
    `search ${search.id}: strategy ${spec.strategy}, seed ${spec.seed}, ${search.jobsDone} of ${search.jobs} training jobs done`,
    ...ledger(search, sureness).flatMap((round) => roundLines(search, round)),
    ...openRound(search),
    ...idleRounds(search),
    ...(sureness === undefined ? [] : [`sureness: ${surenessSentence(sureness)}`]),
    ...verdictLines(search),
    outcome(search),
  ];
};

const roundLines = (search: Search, { round, edges }: RoundLedger): string[] => [
  `round ${round}: ${accuracies(search, round)}`,
  ...edges.map(({ cell, from, to, abandoned, reason, sure, sureBy }) => {
    const again =
      sure === undefined || sureBy === "estimate"
        ? ""
        : `; it would go again in ${(100 * sure).toFixed(0)} % of resamples`;
    return `  ${cell} ${from}->${to} abandons ${abandoned}: ${reason}${again}`;
  }),
];

const idleRounds = (search: Search): string[] =>
  tiesOf(search).idleRounds.map(
    (round) =>
      `round ${round} gave every candidate the same score: ${search.spec?.strategy === "bnas" ? "the rounds before it" : "the order of the operations"} decided what went`,
  );

/** A line for each finding, the gravest first. */
const verdictLines = (search: Search): string[] =>
  (verdictOf(search)?.findings ?? []).map(
    ({ kind, seen, means, next }, at) => `${at === 0 ? "verdict" : "also"}: ${kind}. ${seen} ${means} ${next}`,
  );

const openRound = (search: Search): string[] => {
  const open = search.rounds[roundsDone(search)];
  // A strategy that abandons nothing has one round, which never ends.
  if (open !== undefined && search.spec !== undefined && traitsOf(search.spec.strategy).trains === "samples") {
    return [accuracies(search, open.round)];
  }
  return open === undefined ? [] : [`round ${open.round} is open: ${accuracies(search, open.round)}`];
};

const accuracies = (search: Search, round: number): string => {
  const evaluated = evaluatedOf(search, round).map(({ correct, total }) => correct / total);
  const samples = `${evaluated.length} of ${samplesOf(search, round).length} samples evaluated`;
  if (evaluated.length === 0) return samples;
  const mean = evaluated.reduce((one, other) => one + other, 0) / evaluated.length;
  return `${samples}, accuracy ${leastOf(evaluated).toFixed(4)} to ${greatestOf(evaluated).toFixed(4)}, mean ${mean.toFixed(4)}`;
};

const outcome = (search: Search): string => {
  const { ended, paused } = search;
  switch (ended?.kind) {
    case "search.finished":
      return `${endedEarly(search) ?? "finished"}${answerOf(ended.by)}: ${printGenotype(ended.genotype)}`;
    case "search.failed":
      return `failed: ${ended.reason}; ${ended.hint}`;
    case "search.cancelled":
      return `cancelled: ${ended.reason}`;
    case undefined:
      return paused ? "paused" : "goes on";
  }
};

/** Which network the answer is of, where the strategy chooses. */
const answerOf = (by: "survivors" | "best-sample" | undefined): string =>
  by === undefined ? "" : by === "survivors" ? " with what is left" : " with the best sample";
