import type { Variant, VariantOutcome } from "@bnas/search";
import type { ComparedRun } from "./compared-run.js";
import { duration, percent, rate } from "./figures.js";
import type { RunDifference } from "./run-differences.js";

/** A line of a comparison: what it is, and its text for each run. */
export type ComparisonRow = { readonly name: string; readonly cells: readonly string[] };

/** Runs side by side as texts, a column a run: for a terminal and for a page alike. A figure that there is not is `-`. */
export const comparisonRows = (runs: readonly ComparedRun[]): readonly ComparisonRow[] => {
  const rows: readonly (readonly [string, (run: ComparedRun) => string | undefined])[] = [
    ["state", ({ state }) => state],
    ["strategy", ({ spec }) => spec.strategy],
    ["seed", ({ spec }) => String(spec.seed)],
    ["verdict", ({ verdict }) => verdict],
    ["collapsed", ({ collapsed }) => (collapsed === undefined ? undefined : collapsed ? "yes" : "no")],
    ["best sample", ({ bestSample }) => (bestSample === undefined ? undefined : percent(bestSample))],
    ["network of the answer", accuracy("answer")],
    ["random genotypes", accuracy("random")],
    ["against random: A12, p", (run) => againstText(outcomeOf(run, "answer")?.againstRandom)],
    ["against the first run: A12, p", ({ againstFirst }) => againstText(againstFirst)],
    ["full-precision twin", accuracy("full-precision")],
    ["published genotype", accuracy("published")],
    ["parameters", (run) => wholeText(costOf(run)?.parameters)],
    ["stored, of 32 bits", (run) => sizeText(costOf(run))],
    ["1-bit and float operations", (run) => operationsText(costOf(run))],
    [
      "latency of an image",
      ({ latency }) => (latency === null ? undefined : `${rate(latency.milliseconds.median)} ms`),
    ],
    ["seconds, wall", ({ seconds }) => duration(seconds.wall)],
    ["seconds, search", workText("search")],
    ["seconds, network", workText("answer")],
    ["seconds, rivals", rivalsText],
    ["data", ({ provenance }) => short(provenance.datasetDigest)],
    ["code", ({ provenance }) => shortAll(provenance.makers.map(({ code }) => code.digest))],
    ["engine", ({ provenance }) => shortAll(provenance.makers.map(({ engine }) => engine.digest))],
  ];
  return rows
    .map(([name, of]) => ({ name, cells: runs.map((run) => of(run) ?? NOTHING) }))
    .filter(({ cells }) => cells.some((cell) => cell !== NOTHING));
};

const NOTHING = "-";

/** `the budget differs in train.epochs: 10 (first), 20 (second)`, for each difference. */
export const differenceLines = (
  runs: readonly ComparedRun[],
  differences: readonly RunDifference[],
): readonly string[] =>
  differences.map(({ what, field, values }) => {
    const each = values.map((value, at) => `${shortened(value)} (${runs[at]?.name})`).join(", ");
    return `${MEANS[what]}: ${field}: ${each}`;
  });

const MEANS: Readonly<Record<RunDifference["what"], string>> = {
  data: "not comparable, other data",
  budget: "not comparable, another budget or recipe",
  draw: "other images of the same source, which the seed chooses (data.limit, shapes:)",
  code: "other code, which may give other numbers",
  engine: "another engine, which may give other numbers",
  unrecorded: "not known, for facts of older services do not say it",
};

/** The first of a digest's 64 digits tell it from others; all are in `--json`. */
const DIGITS = 12;
const shortened = (text: string): string => text.replace(/[0-9a-f]{64}/g, (digest) => digest.slice(0, DIGITS));
const short = (digest: string | undefined): string | undefined => digest?.slice(0, DIGITS);
const shortAll = (digests: readonly string[]): string | undefined =>
  digests.length === 0 ? undefined : [...new Set(digests)].map((digest) => digest.slice(0, DIGITS)).join(" + ");

/** What came of the networks of a variant. */
export const outcomeOf = ({ models }: ComparedRun, variant: Variant): VariantOutcome | undefined =>
  models.find((one) => one.variant === variant);

const accuracy =
  (variant: Variant) =>
  (run: ComparedRun): string | undefined => {
    const outcome = outcomeOf(run, variant);
    if (outcome === undefined) return undefined;
    const { accuracies, mean, interval } = outcome;
    const of = accuracies.length === 1 ? "" : `, ${accuracies.length} networks`;
    return `${percent(mean)} (${percent(interval.low)} to ${percent(interval.high)}${of})`;
  };

const againstText = (found: { readonly a12: number; readonly p: number } | undefined): string | undefined =>
  found === undefined ? undefined : `${found.a12.toFixed(2)}, ${found.p.toFixed(3)}`;

const costOf = ({ costs }: ComparedRun) => costs?.find(({ variant }) => variant === "answer");

const wholeText = (number: number | undefined): string | undefined =>
  number === undefined ? undefined : String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, ",");

const sizeText = (cost: ReturnType<typeof costOf>): string | undefined =>
  cost === undefined ? undefined : `${(cost.bits / 8e3).toFixed(1)} kB, ${percent(cost.bits / (32 * cost.parameters))}`;

const operationsText = (cost: ReturnType<typeof costOf>): string | undefined =>
  cost === undefined
    ? undefined
    : `${(cost.oneBitOperations / 1e6).toFixed(2)} M, ${(cost.floatOperations / 1e6).toFixed(2)} M`;

const workText =
  (of: "search" | Variant) =>
  ({ work }: ComparedRun): string | undefined => {
    const found = work.find((one) => one.of === of);
    return found === undefined ? undefined : duration(found.training + found.evaluation);
  };

const rivalsText = ({ work }: ComparedRun): string | undefined => {
  const rivals = work.filter(({ of }) => of !== "search" && of !== "answer");
  if (rivals.length === 0) return undefined;
  return duration(rivals.reduce((sum, { training, evaluation }) => sum + training + evaluation, 0));
};
