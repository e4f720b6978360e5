import { greatestOf } from "../extremes.js";
import { evaluatedOf, type Search } from "../life/search.js";
import { spaceOf } from "../spec/space-of.js";
import { binomial } from "./binomial.js";
import { classesOf } from "./classes.js";
import { collapseOf } from "./collapse.js";
import type { FindingFigures } from "./finding-figures.js";
import { divergenceOf } from "./loss.js";
import { type Spread, spreadOf } from "./spread.js";
import { tiesOf } from "./ties.js";
import { type FindingWords, wordsOf } from "./words.js";

/** A finding with its sentences, for people. */
export type Finding = FindingFigures & FindingWords;

/** What a search is worth: its gravest finding, and all of them in the order of their gravity. */
export type Verdict = Finding & { readonly findings: readonly Finding[] };

/** What a caller may know that facts do not say. */
export type KnownOfData = {
  /** Classes of the dataset. Left out: what its URI says (`classesOf`). */
  readonly classes?: number | undefined;
};

/** Of searches whose samples are all at chance, so many are not found to be. */
const ALPHA = 0.05;
/** The share of a spread that may be counting noise. */
const MOST_COUNTING = 0.2;

/**
 * The verdict on a search that has ended: whether its answer follows from what was measured. It is computed from facts and never
 * recorded, so a search of any age has one. docs/verdicts.md has the rules.
 * @returns undefined while the search continues, and for one that ended without an answer unless it diverged
 * @example
 * ```ts
 * import { evolve, parseSpec, PUBLISHED, start, verdictOf } from "@bnas/search";
 *
 * const spec = parseSpec({ preset: "smoke", strategy: "random" });
 * const opened = evolve(start("a"), { kind: "search.opened", spec });
 * verdictOf(opened); // => undefined
 * verdictOf(evolve(opened, { kind: "search.finished", genotype: PUBLISHED }))?.kind; // => "sound"
 * ```
 */
export const verdictOf = (search: Search, known: KnownOfData = {}): Verdict | undefined => {
  const { spec, ended } = search;
  if (spec === undefined || ended === undefined) return undefined;
  const classes = known.classes ?? classesOf(spec);
  const diverged = divergence(search, classes);
  if (ended.kind !== "search.finished") return verdict(diverged);
  const samples = samplesOf(search);
  const spread = spreadOf(search);
  const ties = byTies(search);
  const mostlyTies = ties.filter(({ edges, byOrder }) => 2 * byOrder >= edges);
  const grave: readonly FindingFigures[] = [
    ...diverged,
    ...atChance(samples, classes),
    ...mostlyTies,
    ...collapsed(search),
    ...notDistinguishable(spread),
    ...tooFewImages(spread),
  ];
  return verdict([
    ...(grave.length > 0 ? grave : [{ kind: "sound", samples: samples.length, classes } as const]),
    // Ties on a few edges are no reason to doubt the others.
    ...ties.filter((one) => !mostlyTies.includes(one)),
  ]);
};

const verdict = (found: readonly FindingFigures[]): Verdict | undefined => {
  const findings = found.map((one): Finding => ({ ...one, ...wordsOf(one) }));
  const [gravest] = findings;
  return gravest === undefined ? undefined : { ...gravest, findings };
};

const divergence = (search: Search, classes: number | undefined): readonly FindingFigures[] => {
  const found = divergenceOf(search, classes);
  return found === undefined ? [] : [{ kind: "diverged", ...found }];
};

type Answers = { readonly correct: number; readonly total: number };

const samplesOf = (search: Search): readonly Answers[] =>
  search.rounds.flatMap(({ round }) => evaluatedOf(search, round));

/** Whether no sample has more right answers than guessing gives by chance, at 5 % over all samples together (Bonferroni). */
const atChance = (samples: readonly Answers[], classes: number | undefined): readonly FindingFigures[] => {
  if (classes === undefined || samples.length === 0) return [];
  const better = samples.some(
    ({ correct, total }) => binomial(total, 1 / classes).atLeast(correct) < ALPHA / samples.length,
  );
  if (better) return [];
  const best = greatestOf(samples.map(({ correct, total }) => correct / total));
  const images = greatestOf(samples.map(({ total }) => total));
  return [{ kind: "at-chance", samples: samples.length, best, classes, images }];
};

const byTies = (search: Search): readonly Extract<FindingFigures, { readonly kind: "decided-by-ties" }>[] => {
  const { edges, byOrder, tied, abandonments } = tiesOf(search);
  return byOrder.length === 0 ? [] : [{ kind: "decided-by-ties", edges, byOrder: byOrder.length, tied, abandonments }];
};

const collapsed = ({ ended, spec }: Search): readonly FindingFigures[] => {
  if (spec === undefined || ended?.kind !== "search.finished") return [];
  const found = collapseOf(ended.genotype, spaceOf(spec));
  if (found === undefined) return [];
  const { into, cell, skips, nones, links } = found;
  return [{ kind: "collapsed", into, cell, links: into === "none" ? nones : skips, of: links }];
};

const notDistinguishable = (spread: Spread | undefined): readonly FindingFigures[] =>
  spread === undefined || spread.chiSquare > spread.critical
    ? []
    : [{ kind: "not-distinguishable", chiSquare: spread.chiSquare, critical: spread.critical }];

/** Whether counting makes more than a fifth of the differences that were seen; if so, the images with which it would not. */
const tooFewImages = (spread: Spread | undefined): readonly FindingFigures[] => {
  if (spread === undefined || spread.chiSquare <= spread.critical) return [];
  const { variance, counting, images } = spread;
  const between = variance - counting;
  if (between <= 0 || counting <= MOST_COUNTING * variance) return [];
  const wouldDo = upToTwoFigures((images * counting * (1 - MOST_COUNTING)) / (between * MOST_COUNTING));
  return [{ kind: "too-few-reduction-images", images, counting: counting / variance, wouldDo }];
};

/** The next number of two figures: 1234 becomes 1300. */
const upToTwoFigures = (number: number): number => {
  let unit = 1;
  while (number / unit >= 100) unit *= 10;
  return Math.ceil(number / unit) * unit;
};
