import {
  type AccuracyVariance,
  accuracyVariance,
  evolve,
  type FactKind,
  type FactOf,
  greatestOf,
  leastOf,
  type Recorded,
  start,
  type Variant,
} from "@bnas/search";
import { busySeconds } from "./busy.js";
import { mean } from "./figures.js";
import { workDone } from "./work-done.js";

/** What the facts cannot say, because it decides nothing. */
export type Measured = {
  /** Largest resident memory of the process. Null: not measured. */
  readonly peakMemoryBytes: number | null;
  /** Of the trained network on one image. Null: not measured. */
  readonly latency: Latency | null;
};

/** How long a network takes for one image, where and by what it was measured. */
export type Latency = {
  /** The median and the least of all runs. */
  readonly milliseconds: { readonly median: number; readonly least: number };
  readonly runs: number;
  /** What ran it: `bnas runtime 0.1.0, 1-bit form, one thread`. */
  readonly runtime: string;
  /** Where: processor, system, version of Node. */
  readonly machine: string;
};

/** Seconds of jobs, added up over all workers, by what they were for. */
export type WorkDone = {
  readonly of: "search" | Variant;
  /** Networks that were trained from a genotype; 0 for the search. */
  readonly networks: number;
  /** GPU seconds: what trainers took, merges of samples included. */
  readonly training: number;
  readonly evaluation: number;
};

/** `summary.json`: seconds, images and accuracy, for people and for the next budget. Null: not known. */
export type Summary = {
  readonly seconds: {
    readonly warmup: number;
    readonly samples: number;
    readonly evaluation: number;
    readonly settle: number;
    /** Training of networks from the genotype. */
    readonly models: number;
    /** Wall time in which no job ran: facts, calls between services, waiting, and any time that the search was stopped. */
    readonly mesh: number;
    /** From the first fact to the last. Evaluation runs beside training, so the stages may add up to more. */
    readonly wall: number;
  };
  /** The same seconds, by what they were for: the search, the network of its answer, and each kind of rival. */
  readonly work: readonly WorkDone[];
  readonly images: {
    readonly warmup: number;
    readonly samples: number;
    readonly settle: number;
    readonly models: number;
  };
  /** Images trained a second of training. */
  readonly imagesPerSecond: {
    readonly warmup: number | null;
    readonly samples: number | null;
    readonly settle: number | null;
    readonly models: number | null;
    readonly training: number | null;
  };
  readonly epochsTrained: number;
  readonly samplesTrained: number;
  readonly peakMemoryBytes: number | null;
  readonly latency: Latency | null;
  readonly rounds: readonly {
    readonly round: number;
    readonly samples: number;
    /** Accuracies in [0, 1]. */
    readonly mean: number;
    readonly best: number;
  }[];
  /** Where the differences between the accuracies of samples come from; null where the facts cannot tell. */
  readonly variance: AccuracyVariance | null;
};

/** Adds up a search's facts. Facts of one subject count once, as in the log. */
export const summary = (facts: readonly Recorded[], measured: Measured): Summary => {
  const once = [...new Map(facts.toReversed().map((recorded) => [recorded.subject, recorded])).values()];
  const of = <K extends FactKind>(kind: K): FactOf<K>[] =>
    once.map(({ fact }) => fact).filter((fact): fact is FactOf<K> => fact.kind === kind);
  const epochs = of("epoch.trained");
  const warmup = work(epochs.filter(({ stage }) => stage === "warmup"));
  const settle = work(epochs.filter(({ stage }) => stage === "settle"));
  const samples = work(of("sample.trained"));
  const evaluated = of("sample.evaluated");
  const models = work(of("model.epoch.trained"));
  const evaluation = [...evaluated, ...of("untrained.evaluated"), ...of("model.epoch.evaluated")].reduce(
    (sum, { seconds }) => sum + seconds,
    0,
  );
  const training = {
    seconds: warmup.seconds + samples.seconds + settle.seconds + models.seconds,
    images: warmup.images + samples.images + settle.images + models.images,
  };
  const times = once.map(({ time }) => Date.parse(time) / 1000);
  const wall = times.length === 0 ? 0 : greatestOf(times) - leastOf(times);
  return {
    seconds: {
      warmup: warmup.seconds,
      samples: samples.seconds,
      evaluation,
      settle: settle.seconds,
      models: models.seconds,
      // Clocks of several processes may disagree by a little; time spent is never negative.
      mesh: Math.max(0, wall - busySeconds(once)),
      wall,
    },
    work: workDone(once),
    images: { warmup: warmup.images, samples: samples.images, settle: settle.images, models: models.images },
    imagesPerSecond: {
      warmup: speed(warmup),
      samples: speed(samples),
      settle: speed(settle),
      models: speed(models),
      training: speed(training),
    },
    epochsTrained: epochs.length,
    samplesTrained: of("sample.trained").length,
    peakMemoryBytes: measured.peakMemoryBytes,
    latency: measured.latency,
    rounds: accuracyByRound(evaluated),
    variance: accuracyVariance(facts.reduce((search, { fact }) => evolve(search, fact), start("summary"))) ?? null,
  };
};

type Work = { readonly seconds: number; readonly images: number };

const work = (jobs: readonly Work[]): Work => ({
  seconds: jobs.reduce((sum, { seconds }) => sum + seconds, 0),
  images: jobs.reduce((sum, { images }) => sum + images, 0),
});

const speed = ({ seconds, images }: Work): number | null => (seconds > 0 ? images / seconds : null);

const accuracyByRound = (evaluated: readonly FactOf<"sample.evaluated">[]): Summary["rounds"] => {
  const byRound = new Map<number, number[]>();
  for (const { round, correct, total } of evaluated) {
    byRound.set(round, [...(byRound.get(round) ?? []), correct / total]);
  }
  return [...byRound]
    .sort(([a], [b]) => a - b)
    .map(([round, accuracies]) => ({
      round,
      samples: accuracies.length,
      mean: mean(accuracies),
      best: greatestOf(accuracies),
    }));
};
