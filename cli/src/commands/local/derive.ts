import { EXIT, type ExitCode, invalidInput } from "@bnas/errors";
import { type DerivedOptions, latencyCosts, linkCosts } from "@bnas/network";
import { type BudgetPanel, budgetSvg, genotypeTable, type Priced, percent } from "@bnas/report";
import {
  type Affordable,
  type Budget,
  bestWithin,
  budgetFront,
  type Costs,
  costRange,
  costsOf,
  darts,
  type Genotype,
  type LinkCosts,
  leastWithin,
  METRICS,
  type Metric,
  prepareBudget,
  printGenotype,
  type Search,
  type Space,
  spaceOf,
  type Worths,
  worthOf,
  worthsOf,
} from "@bnas/search";
import { readLatencyFile } from "../../outputs/latency-file.js";
import { writeWhole } from "../../outputs/output-folder.js";
import { disagreementLines, readFactsFile } from "../../outputs/read-facts-file.js";
import { boundsOfFlag, figure } from "../../spec/bound-flags.js";
import { CIFAR, type DerivedFlags } from "../../spec/derived-flags.js";
import { table } from "../../terminal/table.js";
import type { Terminal } from "../../terminal/terminal.js";

export type DeriveFlags = DerivedFlags & {
  /** A budget each. */
  readonly atMost?: readonly string[];
  readonly latency?: string;
  readonly picture?: string;
  readonly dryRun: boolean;
  readonly json: boolean;
};

const MEANS: Readonly<Record<Metric, string>> = {
  bits: "bits to store the derived network",
  ops: "multiply-adds of one image",
  latency: "time of one image",
};

/** What all budgets of one call share. */
type Market = {
  readonly space: Space;
  readonly search: Search;
  readonly worths: Worths;
  readonly costs: LinkCosts;
  /** Those that are known: latency only by a table. */
  readonly metrics: readonly Metric[];
};

/** `bnas derive FACTS --at-most BOUNDS`: the best genotype within bounds, by what the facts of a search say; nothing is trained. */
export const deriveCommand = async (path: string, flags: DeriveFlags, terminal: Terminal): Promise<ExitCode> => {
  const budgets = (flags.atMost ?? []).map(boundsOfFlag);
  if (budgets.length === 0 && !flags.dryRun) {
    const hint = "An example is --at-most bits=5M; --dry-run prints what the space costs.";
    throw invalidInput("--at-most", "nothing", `bounds on ${METRICS.join(", ")}`, hint);
  }
  if (flags.latency === undefined && budgets.some(({ latency }) => latency !== undefined)) {
    const hint = "`bnas bench --latency --json FILE` measures this machine; then add --latency FILE.";
    throw invalidInput("--at-most", "latency", "bounds on bits and ops without a table of latencies", hint);
  }
  const { searches, tornTail } = await readFactsFile(path);
  const [one, ...others] = searches;
  if (one === undefined || others.length > 0) {
    const hint = "`bnas facts SEARCH_ID --log URI` prints those of one.";
    throw invalidInput("FACTS", path, `the facts of one search; it has ${searches.length}`, hint);
  }
  for (const line of disagreementLines(path, one)) terminal.note(line);
  if (one.disagreements.length > 0) return EXIT.damaged;
  if (tornTail) terminal.note(`${path}: the last line is cut off and was left out; it was never acknowledged`);

  const market = await marketOf(one.search, flags);
  if (flags.dryRun) dryRun(market, flags.json, terminal);
  const answers = budgets.map((bounds) => ({ bounds, ...answer(market, bounds) }));
  for (const { bounds, found, best } of answers) show(market, bounds, found, best, flags.json, terminal);
  if (flags.picture !== undefined) {
    const asked = answers.map(({ bounds, found }) => ({ bounds, found }));
    await writePicture(flags.picture, budgetSvg(panelsOf(market, asked)));
    terminal.note(`drew ${flags.picture}`);
  }
  return EXIT.done;
};

const marketOf = async (search: Search, { cells, channels, latency }: DeriveFlags): Promise<Market> => {
  const worths = worthsOf(search);
  const space = search.spec === undefined ? darts : spaceOf(search.spec);
  const { binarize = "weights", conventions } = search.spec ?? {};
  const network = { cells, channels, stem: "cifar", binarize } as const;
  const options: DerivedOptions = { ...network, xnor: conventions?.xnor ?? "tensor", auxiliary: false, space };
  const counted = linkCosts(options, CIFAR);
  if (latency === undefined) return { search, space, worths, costs: counted, metrics: ["bits", "ops"] };
  if (space.name !== darts.name) {
    const hint = "Bound bits and ops alone: `bnas bench --latency` measures the operations of DARTS.";
    throw invalidInput("--latency", latency, `a search of the space ${darts.name}; this one is of ${space.name}`, hint);
  }
  const timed = latencyCosts(await readLatencyFile(latency, network, CIFAR));
  const costs: LinkCosts = {
    base: { ...counted.base, ...timed.base },
    of: (cell, from, operation) => ({ ...counted.of(cell, from, operation), ...timed.of(cell, from, operation) }),
  };
  return { search, space, worths, costs, metrics: METRICS };
};

const answer = ({ space, worths, costs }: Market, bounds: Costs): { found: Affordable; best: number } => {
  const budget = prepareBudget(
    space,
    worths,
    costs,
    METRICS.filter((metric) => bounds[metric] !== undefined),
  );
  const found = bestWithin(budget, bounds);
  if (found === undefined) throw nothingFits(budget, bounds);
  return { found, best: bestWithin(budget, {})?.worth ?? 0 };
};

/** Names the least that there is: of the metric that is too small, or of each within the bounds on the others. */
const nothingFits = (budget: Budget, bounds: Costs): Error => {
  const asked = budget.metrics.map((metric) => `${metric} ${figure(metric, bounds[metric] ?? 0)}`).join(", ");
  const alone = budget.metrics.filter((metric) => (leastWithin(budget, metric, {}) ?? 0) > (bounds[metric] ?? 0));
  const hint = "--dry-run prints what the space costs.";
  if (alone.length > 0) {
    const least = alone.map((metric) => `${metric} from ${exact(metric, leastWithin(budget, metric, {}) ?? 0)}`);
    return invalidInput("--at-most", asked, `${least.join(" and ")} on: no genotype costs less`, hint);
  }
  const least = budget.metrics.flatMap((metric) => {
    const within = leastWithin(budget, metric, bounds);
    return within === undefined ? [] : [`${metric} from ${exact(metric, within)} on`];
  });
  const others = budget.metrics.length === 2 ? "the bound on the other" : "the bounds on the others";
  const allowed =
    least.length > 0
      ? `with ${others}, ${least.join(", or ")}`
      : "larger bounds on two of them: no two are met together";
  return invalidInput("--at-most", asked, allowed, hint);
};

/** A cost that may be asked for: exact, in the unit of the flag. */
const exact = (metric: Metric, value: number): string =>
  metric === "latency" ? `${Math.ceil(value / 1e3) / 1e3} ms` : String(value);

const dryRun = ({ search, space, worths, costs, metrics }: Market, json: boolean, terminal: Terminal): void => {
  const own = ownAnswer(search);
  const ranges = metrics.map((metric) => ({
    metric,
    ...costRange(space, worths, costs, metric),
    ...(own === undefined ? {} : { own: costsOf(own, costs, metrics)[metric] ?? 0 }),
  }));
  if (json) {
    terminal.out(JSON.stringify({ type: "dry-run", ranges }));
    return;
  }
  const head = ["", "least", "middle", "most", ...(own === undefined ? [] : ["own answer"])];
  const rows = ranges.map(({ metric, least, middle, most, ...rest }) => [
    metric,
    ...[least, middle, most, ...Object.values(rest)].map((value) => figure(metric, value)),
  ]);
  for (const line of table([head, ...rows])) terminal.out(line);
};

const show = (
  { search, space, costs, metrics }: Market,
  bounds: Costs,
  { genotype, worth }: Affordable,
  best: number,
  json: boolean,
  terminal: Terminal,
): void => {
  const all = costsOf(genotype, costs, metrics);
  if (json) {
    terminal.out(JSON.stringify({ type: "derived", atMost: bounds, costs: all, worth, best, ...genotype }));
    return;
  }
  terminal.out(genotypeTable(genotype, space));
  terminal.out(printGenotype(genotype));
  for (const metric of metrics) {
    const bound = bounds[metric];
    const limit = bound === undefined ? "" : ` of at most ${figure(metric, bound)}`;
    terminal.out(`${metric.padEnd(8)} ${figure(metric, all[metric] ?? 0)}${limit}`);
  }
  // Shares of likelihoods add up to something; estimates, which may be below 0, have differences alone.
  const text =
    search.spec?.strategy === "posterior"
      ? `${((best - worth) / 1e9).toFixed(3)} below the best without bounds, in deviations of accuracies over all links`
      : `${percent(worth / best)} of the best without bounds, by what the facts say`;
  terminal.out(`worth    ${text}`);
};

/** The genotype with which the search ended. */
const ownAnswer = ({ ended }: Search): Genotype | undefined =>
  ended?.kind === "search.finished" ? ended.genotype : undefined;

const panelsOf = (
  { search, space, worths, costs, metrics }: Market,
  asked: readonly { readonly bounds: Costs; readonly found: Affordable }[],
): readonly BudgetPanel[] => {
  const own = ownAnswer(search);
  const price = (genotype: Genotype, metric: Metric): Priced => ({
    cost: costsOf(genotype, costs, [metric])[metric] ?? 0,
    worth: worthOf(space, genotype, worths),
  });
  const drawn =
    asked.length === 0 ? metrics : metrics.filter((one) => asked.some(({ bounds }) => bounds[one] !== undefined));
  return drawn.map((metric) => {
    return {
      title: MEANS[metric],
      figure: (cost) => figure(metric, cost),
      front: budgetFront(prepareBudget(space, worths, costs, [metric])),
      asked: asked.map(({ bounds, found }) => ({ bound: bounds[metric], answer: price(found.genotype, metric) })),
      own: own === undefined ? undefined : price(own, metric),
    };
  });
};

const writePicture = async (path: string, svg: string): Promise<void> => {
  await writeWhole(path, svg).catch((error: NodeJS.ErrnoException) => {
    throw invalidInput("--picture", path, "a file that can be written", `${error.code}: name another.`);
  });
};
