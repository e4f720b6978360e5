import { samplesPerPass } from "../algorithm/sample.js";
import type { Stage } from "../facts/facts.js";
import type { PassId, SampleId } from "../facts/round-facts.js";
import { roundsOf } from "../space/space.js";
import { spaceOf } from "../spec/space-of.js";
import type { Spec } from "../spec/spec.js";
import { traitsOf } from "../spec/strategies.js";

/** A training job: an epoch of the supernet, or the epoch of a sampled network. */
export type Job = ({ readonly kind: "epoch" } & Stage) | ({ readonly kind: "sample" } & SampleId);

/**
 * Every training job of a search in its order; the index in this list is the number `job` of the request. A search has the same
 * jobs whatever it finds, and the learning rate falls over them: 5 + 57 + 6 = 68 in the paper's search for CIFAR-10.
 */
export const planJobs = (spec: Spec): readonly Job[] => {
  const { trains } = traitsOf(spec.strategy);
  if (trains === "nothing") return [];
  if (trains === "warm-up") return warmup(spec.warmup.epochs);
  const rounds = roundsOf(spaceOf(spec));
  // K of Algorithm 1, lines 2 and 15: from all candidates an edge down to two.
  const candidatesIn = (round: number): number => rounds - round + 2;
  if (trains === "rounds") {
    return [
      ...warmup(spec.warmup.epochs),
      ...upTo(rounds).flatMap((round) => [
        ...samples(spec, round, candidatesIn(round)),
        ...(candidatesIn(round) > 2 ? settling(spec, round) : []),
      ]),
    ];
  }
  // As many epochs of each kind as Algorithm 1 takes: the supernet's first, then passes of the same sizes in one round.
  const sizes = upTo(rounds).flatMap((round) =>
    upTo(spec.reduction.passes).map(() => samplesPerPass(candidatesIn(round), spec.sample)),
  );
  return [
    ...warmup(spec.warmup.epochs + (rounds - 1) * spec.reduction.settleEpochs),
    ...sizes.flatMap((size, pass) =>
      upTo(size).map((sample): Job => ({ kind: "sample", round: 1, pass: pass + 1, sample })),
    ),
  ];
};

const warmup = (epochs: number): Job[] => upTo(epochs).map((epoch): Job => ({ kind: "epoch", stage: "warmup", epoch }));

/** Whether all samples of a pass start from one checkpoint, and are merged: side by side, or by the fair protocol. */
const startsTogether = ({ parallel, protocol }: Spec): boolean => parallel > 1 || protocol === "fair";

/**
 * The passes that are merged, in their order: all of them, where the samples of a pass start from one checkpoint. A merge is no
 * training job: it has no number, and no rate follows from it.
 */
export const planMerges = (spec: Spec): readonly PassId[] =>
  !startsTogether(spec)
    ? []
    : planJobs(spec).flatMap((job) =>
        job.kind === "sample" && job.sample === 1 ? [{ round: job.round, pass: job.pass }] : [],
      );

/**
 * The number of the job whose images, in their order, and learning rate a requested sample has. Paper: its own. By the fair
 * protocol that of the first sample of its pass: then nothing but the network differs between the samples of a pass.
 */
export const trainsAsJob = ({ protocol }: Spec, { job, sample }: { readonly job: number; readonly sample: number }) =>
  protocol === "fair" ? job - (sample - 1) : job;

/** Number of training jobs of a search. */
export const countJobs = (spec: Spec): number => planJobs(spec).length;

/** Whether two jobs are the same epoch or the same sample. */
export const sameJob = (one: Job, other: Job): boolean => {
  if (one.kind === "sample") {
    return (
      other.kind === "sample" && one.round === other.round && one.pass === other.pass && one.sample === other.sample
    );
  }
  if (other.kind === "sample" || one.epoch !== other.epoch) return false;
  if (one.stage === "warmup" || other.stage === "warmup") return one.stage === other.stage;
  return one.round === other.round;
};

const samples = (spec: Spec, round: number, candidates: number): Job[] =>
  upTo(spec.reduction.passes).flatMap((pass) =>
    upTo(samplesPerPass(candidates, spec.sample)).map((sample): Job => ({ kind: "sample", round, pass, sample })),
  );

/**
 * Line 14. After the last round one operation an edge is left and nothing more is decided: the derived network is trained from
 * scratch, so V epochs of what is left would be thrown away, and are not planned.
 */
const settling = (spec: Spec, round: number): Job[] =>
  upTo(spec.reduction.settleEpochs).map((epoch): Job => ({ kind: "epoch", stage: "settle", round, epoch }));

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);
