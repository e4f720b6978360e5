import { nth } from "../nth.js";
import type { Stream } from "../random/random.js";
import type { RoundSample } from "../strategy/evidence.js";
import { binomial } from "./binomial.js";

/** What samples answered, by their indices: parallel lists, for they are read a million times. */
export type Answers = {
  readonly correct: readonly number[];
  readonly total: readonly number[];
  /** Of the full-precision twins, where there are any. */
  readonly parent: readonly (number | undefined)[];
};

/** Where other answers come from. */
export type Resampling =
  /** Each sample answers again: a binomial number of right answers, at the rate that it had. What counting noise does. */
  | "bootstrap"
  /** The samples of a round exchange their answers: what they would do if no operation made a difference. */
  | "shuffle";

/** The recorded answers of samples. */
export const answersOf = (samples: readonly RoundSample[]): Answers => ({
  correct: samples.map(({ correct }) => correct),
  total: samples.map(({ total }) => total),
  parent: samples.map(({ parent }) => parent),
});

/** A function that gives the samples other answers, each time by the stream that it is given. */
export const otherAnswers = (samples: readonly RoundSample[], how: Resampling): ((random: Stream) => Answers) =>
  how === "bootstrap" ? bootstrap(samples) : shuffle(samples);

const bootstrap = (samples: readonly RoundSample[]): ((random: Stream) => Answers) => {
  const rates = samples.map(({ correct, total }) => binomial(total, correct / total));
  const twins = samples.map(({ parent, total }) =>
    parent === undefined ? undefined : binomial(total, parent / total),
  );
  const { total } = answersOf(samples);
  return (random) => ({
    correct: rates.map((rate) => rate.quantile(random.next())),
    total,
    parent: twins.map((rate) => rate?.quantile(random.next())),
  });
};

const shuffle = (samples: readonly RoundSample[]): ((random: Stream) => Answers) => {
  const rounds = [...new Set(samples.map(({ round }) => round))].map((round) =>
    samples.flatMap((sample, index) => (sample.round === round ? [index] : [])),
  );
  return (random) => {
    const other = [...samples];
    for (const indices of rounds) {
      const from = random.shuffle(indices);
      for (const [at, index] of indices.entries()) other[index] = nth(samples, nth(from, at));
    }
    return answersOf(other);
  };
};

/** The candidates of least value (sign -1), or of most (sign 1): several where they tie. */
export const extremes = (
  candidates: readonly number[],
  valueAt: (candidate: number) => number,
  sign: 1 | -1,
): readonly number[] => {
  let best = Number.NEGATIVE_INFINITY;
  let found: number[] = [];
  for (const candidate of candidates) {
    const value = sign * valueAt(candidate);
    if (value > best) {
      best = value;
      found = [candidate];
    } else if (value === best) found.push(candidate);
  }
  return found;
};
