import { printGenotype } from "../genotype/genotype-text.js";
import { endedEarly, evaluatedOf, roundsDone, type Search, samplesOf } from "../life/search.js";
import { ledger, type RoundLedger } from "./ledger.js";

/** The search in lines for people: what was asked, why each operation went, and how it ended. */
export const explain = (search: Search): string[] => {
  const { spec } = search;
  if (spec === undefined) return [`search ${search.id}: not opened`];
  return [
    `search ${search.id}: strategy ${spec.strategy}, seed ${spec.seed}, ${search.jobsDone} of ${search.jobs} training jobs done`,
    ...ledger(search).flatMap((round) => roundLines(search, round)),
    ...openRound(search),
    outcome(search),
  ];
};

const roundLines = (search: Search, { round, edges }: RoundLedger): string[] => [
  `round ${round}: ${accuracies(search, round)}`,
  ...edges.map(({ cell, from, to, abandoned, reason }) => `  ${cell} ${from}->${to} abandons ${abandoned}: ${reason}`),
];

const openRound = (search: Search): string[] => {
  const open = search.rounds[roundsDone(search)];
  return open === undefined ? [] : [`round ${open.round} is open: ${accuracies(search, open.round)}`];
};

const accuracies = (search: Search, round: number): string => {
  const evaluated = evaluatedOf(search, round).map(({ correct, total }) => correct / total);
  const samples = `${evaluated.length} of ${samplesOf(search, round).length} samples judged`;
  if (evaluated.length === 0) return samples;
  const mean = evaluated.reduce((one, other) => one + other, 0) / evaluated.length;
  return `${samples}, accuracy ${Math.min(...evaluated).toFixed(4)} to ${Math.max(...evaluated).toFixed(4)}, mean ${mean.toFixed(4)}`;
};

const outcome = (search: Search): string => {
  const { ended, paused } = search;
  switch (ended?.kind) {
    case "search.finished":
      return `${endedEarly(search) ?? "finished"}: ${printGenotype(ended.genotype)}`;
    case "search.failed":
      return `failed: ${ended.reason}; ${ended.hint}`;
    case "search.cancelled":
      return `cancelled: ${ended.reason}`;
    case undefined:
      return paused ? "paused" : "goes on";
  }
};
