import type { CheckpointRef, FactOf, PerOperation, Trained } from "./facts.js";
import { noLikelihoods } from "./likelihood.js";
import type { Operation } from "./operations.js";
import type { PerEdge } from "./per-edge.js";
import type { Job } from "./plan.js";
import type { Judged } from "./score.js";
import { type Candidates, fullSpace, type Network } from "./space.js";
import type { Spec } from "./spec.js";

/** How far a training job is. */
export type Work = {
  readonly job: Job;
  readonly requested: boolean;
  /** Of a sample: what was drawn; known from its request on. */
  readonly network: Network | undefined;
  readonly trained: Trained | undefined;
  /** Of a sample: answers on the reduction split. */
  readonly evaluated: { readonly correct: number; readonly total: number; readonly seconds: number } | undefined;
};

/** A round that was opened, and what became of it. */
export type Round = {
  /** Counted from 1. */
  readonly round: number;
  readonly candidates: Candidates;
  /** O_small (line 3). */
  readonly small: Candidates;
  /** The strengths that chose O_small. */
  readonly alpha: PerOperation | undefined;
  /** Lines 10 and 11. */
  readonly scores: PerOperation | undefined;
  /** After line 12, of every candidate of the round. */
  readonly likelihoods: PerOperation | undefined;
  /** Line 13. */
  readonly abandoned: PerEdge<Operation> | undefined;
};

/** A fact that ends a search. Of the three the first that comes counts. */
export type End = FactOf<"search.finished"> | FactOf<"search.failed"> | FactOf<"search.cancelled">;

/** All that is known of a search: the fold of its facts (evolve.ts). */
export type Search = {
  readonly id: string;
  /** Undefined until it is opened. */
  readonly spec: Spec | undefined;
  /** What is left on every edge. */
  readonly candidates: Candidates;
  /** s of what is left (line 12). */
  readonly likelihoods: PerOperation;
  /** Of the epoch of the supernet that was trained last, and the number of its job. */
  readonly strengths:
    | { readonly job: number; readonly alpha: PerOperation; readonly beta: PerEdge<number> }
    | undefined;
  /** Opened rounds, in order. */
  readonly rounds: readonly Round[];
  /** Every training job, at the place of its number. */
  readonly work: readonly Work[];
  /** Training jobs in all, and those that are trained. */
  readonly jobs: number;
  readonly jobsDone: number;
  readonly paused: boolean;
  /** Number of the last pause or resume; 0 before the first. The next one bears the next number. */
  readonly control: number;
  readonly ended: End | undefined;
};

/** A search of which nothing is known yet. */
export const start = (id: string): Search => {
  const candidates = fullSpace();
  return {
    id,
    spec: undefined,
    candidates,
    likelihoods: noLikelihoods(candidates),
    strengths: undefined,
    rounds: [],
    work: [],
    jobs: 0,
    jobsDone: 0,
    paused: false,
    control: 0,
    ended: undefined,
  };
};

/** A name for a search by what it does: `bnas-0`, of strategy and seed. */
export const searchName = (spec: Spec): string => `${spec.strategy}-${spec.seed}`;

/** The checkpoint that a job starts from: that of the job before it. Null: initial weights. Undefined: not trained yet. */
export const checkpointBefore = (search: Search, job: number): CheckpointRef | null | undefined =>
  job === 0 ? null : search.work[job - 1]?.trained?.checkpoint;

/** The samples of a round, in their order. */
export const samplesOf = (search: Search, round: number): readonly Work[] =>
  search.work.filter(({ job }) => job.kind === "sample" && job.round === round);

/** Those samples of a round that are judged, in their order: not in that of their coming, which decides nothing. */
export const judgedOf = (search: Search, round: number): readonly Judged[] =>
  samplesOf(search, round).flatMap(({ network, evaluated }) =>
    network === undefined || evaluated === undefined
      ? []
      : [{ network, correct: evaluated.correct, total: evaluated.total }],
  );

/** Rounds that have ended, each with one operation fewer on every edge. */
export const roundsDone = (search: Search): number =>
  search.rounds.filter(({ abandoned }) => abandoned !== undefined).length;

/** The best accuracy of a sample so far, in [0, 1]. */
export const bestAccuracy = (search: Search): number | undefined => {
  const accuracies = search.work.flatMap(({ evaluated }) =>
    evaluated === undefined ? [] : [evaluated.correct / evaluated.total],
  );
  return accuracies.length === 0 ? undefined : Math.max(...accuracies);
};
