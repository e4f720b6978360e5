import type { Search } from "../life/search.js";

/**
 * Where the differences between the accuracies of the samples come from, as far as the facts of one search can tell: an analysis of
 * variance. All variances are of accuracies in [0, 1]; 0.0001 is one point squared.
 *
 * One search trains no network twice. So it cannot tell what a network is worth from the luck of its training: together they are between
 * `rest` and all but `position`. Training the same networks again tells them apart: `npm run signal`, docs/rigor.md.
 */
export type AccuracyVariance = {
  /** Samples of those passes that have two or more that were evaluated, and these passes. */
  readonly samples: number;
  readonly passes: number;
  /** Of the means of passes, beyond what the samples in them explain: the weights get better from round to round. */
  readonly betweenPasses: number;
  /** Of the samples of a pass around its mean. What follows are its parts. */
  readonly withinPass: number;
  /** Of the place in the pass: with `protocol: paper` later samples start from weights that were trained for longer. */
  readonly position: number;
  /** What the accuracy gains from a sample to the next of its pass, by least squares. */
  readonly gainPerSample: number;
  /**
   * The most that counting may be: accuracy * (1 - accuracy) / images, on average, as if every sample were evaluated on images of its
   * own. They are evaluated on the same, where all fail at the same hard ones: so there is less of it, perhaps far less.
   */
  readonly counting: number;
  /** What is left beside all of these: at least so much is the networks and the luck of their training. Not below 0. */
  readonly rest: number;
  /** The share of `withinPass` that is not position, in [0, 1]: of a score no more than this is its network. */
  readonly networkAtMost: number;
};

type Evaluated = {
  readonly pass: string;
  readonly place: number;
  readonly accuracy: number;
  readonly counting: number;
};

/**
 * The analysis of variance of a search's accuracies: passes, position within them, counting, and the rest.
 * @returns undefined where nothing can be said: fewer than two samples more than passes, or all of the same accuracy
 */
export const accuracyVariance = (search: Search): AccuracyVariance | undefined => {
  const passes = passesOf(search).filter(({ length }) => length > 1);
  const samples = passes.flat();
  // One degree of freedom a pass for its mean, one for the slope over positions, and one must be left.
  const free = samples.length - passes.length - 1;
  if (free < 1) return undefined;

  const centred = passes.flatMap((pass) => {
    const [place, accuracy] = [meanOf(pass.map((one) => one.place)), meanOf(pass.map((one) => one.accuracy))];
    return pass.map((one) => ({ place: one.place - place, accuracy: one.accuracy - accuracy }));
  });
  const within = sumOf(centred.map(({ accuracy }) => accuracy * accuracy));
  if (within === 0) return undefined;
  const spread = sumOf(centred.map(({ place }) => place * place));
  const gainPerSample = sumOf(centred.map(({ place, accuracy }) => place * accuracy)) / spread;
  // Mean squares: a sum of squares by its degrees of freedom, so that a slope found in noise counts for nothing on average.
  const withinPass = within / (samples.length - passes.length);
  const unexplained = (within - gainPerSample * gainPerSample * spread) / free;
  const counting = meanOf(samples.map((one) => one.counting));
  const left = Math.min(unexplained, withinPass);
  return {
    samples: samples.length,
    passes: passes.length,
    betweenPasses: betweenPasses(passes, withinPass),
    withinPass,
    position: withinPass - left,
    gainPerSample,
    counting,
    rest: Math.max(0, left - counting),
    networkAtMost: left / withinPass,
  };
};

const passesOf = (search: Search): Evaluated[][] => {
  const passes = new Map<string, Evaluated[]>();
  for (const { job, evaluated } of search.work) {
    if (job.kind !== "sample" || evaluated === undefined) continue;
    const accuracy = evaluated.correct / evaluated.total;
    const pass = `${job.round}.${job.pass}`;
    const one = { pass, place: job.sample, accuracy, counting: (accuracy * (1 - accuracy)) / evaluated.total };
    passes.set(pass, [...(passes.get(pass) ?? []), one]);
  }
  return [...passes.values()];
};

/** The variance of the means of passes, less that which their few samples give them. */
const betweenPasses = (passes: readonly (readonly Evaluated[])[], withinPass: number): number => {
  if (passes.length < 2) return 0;
  const means = passes.map((pass) => meanOf(pass.map(({ accuracy }) => accuracy)));
  const all = meanOf(means);
  const ofMeans = sumOf(means.map((mean) => (mean - all) ** 2)) / (means.length - 1);
  return Math.max(0, ofMeans - withinPass * meanOf(passes.map(({ length }) => 1 / length)));
};

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
const meanOf = (numbers: readonly number[]): number => sumOf(numbers) / numbers.length;
