import type { Evaluated } from "../algorithm/score.js";
import { greatestOf } from "../extremes.js";
import type { CheckpointRef, PerOperation, Trained } from "../facts/fact-parts.js";
import type { End } from "../facts/facts.js";
import type { PassId } from "../facts/round-facts.js";
import type { Writer } from "../facts/row.js";
import type { Genotype } from "../genotype/genotype.js";
import { checkpointsOfModel, epochsDone, isTraining, type ModelProgress } from "../models/model-progress.js";
import { nth } from "../nth.js";
import type { Candidates, Network, Operation, PerEdge } from "../space/space.js";
import { spaceOf } from "../spec/space-of.js";
import type { Spec } from "../spec/spec.js";
import type { Evidence, RoundSample } from "../strategy/evidence.js";
import type { Job } from "./plan.js";

type Answers = Omit<Evaluated, "network">;

const answersOf = ({ correct, total, parent }: Answers): Answers => ({
  correct,
  total,
  ...(parent === undefined ? {} : { parent }),
});

/** How far a training job is. */
export type JobProgress = {
  readonly job: Job;
  readonly requested: boolean;
  /** Of a sample: what was drawn; known from its request on. */
  readonly network: Network | undefined;
  readonly trained: Trained | undefined;
  /** Of a sample: answers on the reduction split. */
  readonly evaluated: (Answers & { readonly seconds: number }) | undefined;
};

export type SampleWork = JobProgress & { readonly job: Extract<Job, { readonly kind: "sample" }> };

/** What a pass trains, where its strategy plans it. */
export type PassPlan = PassId & { readonly networks: readonly Network[] };

/** How far the merge of a pass is. */
export type MergeProgress = PassId & { readonly requested: boolean; readonly checkpoint: CheckpointRef | undefined };

/** Networks of a round that are evaluated without training. */
export type UntrainedRound = {
  readonly networks: readonly Network[];
  readonly evaluated: { readonly correct: readonly number[]; readonly total: number } | undefined;
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
  /** Networks with the weights of the supernet alone, where the spec asks for them; `correct` once they are evaluated. */
  readonly untrained: UntrainedRound | undefined;
  /** Lines 10 and 11. */
  readonly scores: PerOperation | undefined;
  /** After line 12, of every candidate of the round. */
  readonly likelihoods: PerOperation | undefined;
  /** Line 13. */
  readonly abandoned: PerEdge<Operation> | undefined;
};

/** A job that is done again, by the end of the subject of its answer, and the service that does it. */
export type Repeat = { readonly repeat: number; readonly answer: string; readonly by: Writer };

/** All that is known of a search: the fold of its facts (evolve.ts). */
export type Search = {
  readonly id: string;
  /** Undefined until it is opened. */
  readonly spec: Spec | undefined;
  /** What is left on every edge: from its opening on, of every edge of its space. */
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
  readonly work: readonly JobProgress[];
  /** Every pass in its order where its samples start from one checkpoint (`parallel` above 1, `protocol: fair`); else none. */
  readonly merges: readonly MergeProgress[];
  /** Planned passes, in order, where the strategy plans. */
  readonly plans: readonly PassPlan[];
  /** The genotype, where networks are trained from it (`train.seeds`): known before the search ends. */
  readonly answer: { readonly genotype: Genotype; readonly by?: "survivors" | "best-sample" } | undefined;
  /** What is trained from it, in the order of their numbers. */
  readonly models: readonly ModelProgress[];
  /** Training jobs before the genotype is known, and those that are trained: the learning rate of the search follows from them. */
  readonly jobs: number;
  readonly jobsDone: number;
  /** Jobs that are to be done again and are not yet. */
  readonly repeats: readonly Repeat[];
  readonly paused: boolean;
  /** Number of the last pause or resume; 0 before the first. The next one has the next number. */
  readonly control: number;
  readonly ended: End | undefined;
};

/** A search of which nothing is known yet. */
export const start = (id: string): Search => ({
  id,
  spec: undefined,
  candidates: {},
  likelihoods: {},
  strengths: undefined,
  rounds: [],
  work: [],
  merges: [],
  plans: [],
  answer: undefined,
  models: [],
  jobs: 0,
  jobsDone: 0,
  repeats: [],
  paused: false,
  control: 0,
  ended: undefined,
});

/** A name for a search by what it does: `bnas-0`, of strategy and seed. */
export const searchName = (spec: Spec): string => `${spec.strategy}-${spec.seed}`;

/**
 * The checkpoint that a job starts from, which is the order of updates. Paper: that of the job before it. Side by side, or by the
 * fair protocol: every sample starts from that of its pass, and what comes after a pass from the merge of it.
 * @returns null: initial weights. Undefined: it is not there yet
 */
export const checkpointBefore = (search: Search, job: number): CheckpointRef | null | undefined => {
  if (job === 0) return null;
  const before = search.work[job - 1];
  if (before?.job.kind !== "sample" || search.merges.length === 0) return before?.trained?.checkpoint;
  const { round, pass } = before.job;
  const here = search.work[job]?.job;
  if (here?.kind === "sample" && here.round === round && here.pass === pass) {
    return checkpointBefore(search, job - (here.sample - 1));
  }
  return search.merges.find((one) => one.round === round && one.pass === pass)?.checkpoint;
};

/**
 * The checkpoints that the next steps need: where the next job starts, the trained samples of a pass that is not merged yet, and
 * those that are not evaluated yet. None when the search has ended.
 */
export const checkpointsNeeded = (search: Search): readonly CheckpointRef[] => {
  if (search.ended !== undefined) return [];
  const unmerged = search.merges.find(({ checkpoint }) => checkpoint === undefined);
  const pass: readonly JobProgress[] = unmerged === undefined ? [] : passOf(search, unmerged);
  const begun = pass.some(({ trained }) => trained !== undefined);
  const next = search.work.findIndex((work) => (begun ? work === pass[0] : work.trained === undefined));
  const from = next === -1 ? undefined : checkpointBefore(search, next);
  const samples = search.work.flatMap((work) =>
    work.job.kind === "sample" && work.trained && (pass.includes(work) || work.evaluated === undefined)
      ? [work.trained.checkpoint]
      : [],
  );
  const models = search.models.flatMap(checkpointsOfModel);
  return [...new Set([...(from ? [from] : []), ...samples, ...models])];
};

/** The samples of a pass, in their order. */
export const passOf = (search: Search, { round, pass }: PassId): readonly SampleWork[] =>
  search.work.filter(
    (work): work is SampleWork => work.job.kind === "sample" && work.job.round === round && work.job.pass === pass,
  );

/** The samples of a round, in their order. */
export const samplesOf = (search: Search, round: number): readonly JobProgress[] =>
  search.work.filter(({ job }) => job.kind === "sample" && job.round === round);

/** Those samples of a round that are evaluated, in their order: not in that of their coming, which decides nothing. */
export const evaluatedOf = (search: Search, round: number): readonly Evaluated[] =>
  samplesOf(search, round).flatMap(({ network, evaluated }) =>
    network === undefined || evaluated === undefined ? [] : [{ network, ...answersOf(evaluated) }],
  );

/** Every network that was evaluated, and in which round, in the order of the samples. */
export const evaluatedInAll = (search: Search): readonly RoundSample[] =>
  search.work.flatMap(({ job, network, evaluated }) =>
    job.kind !== "sample" || network === undefined || evaluated === undefined
      ? []
      : [{ round: job.round, network, ...answersOf(evaluated) }],
  );

/** Every network that was evaluated without training, and in which round. */
const untrainedInAll = ({ rounds }: Search): readonly RoundSample[] =>
  rounds.flatMap(({ round, untrained }) => {
    const evaluated = untrained?.evaluated;
    if (untrained === undefined || evaluated === undefined) return [];
    const { correct, total } = evaluated;
    return untrained.networks.map((network, index) => ({ round, network, correct: nth(correct, index), total }));
  });

/** What a strategy decides by. */
export const evidenceOf = (search: Search, spec: Spec): Evidence => ({
  spec,
  space: spaceOf(spec),
  candidates: search.candidates,
  alpha: search.strengths?.alpha,
  evaluated: evaluatedInAll(search),
  untrained: untrainedInAll(search),
});

/** Rounds that have ended, each with one operation fewer on every edge. */
export const roundsDone = (search: Search): number =>
  search.rounds.filter(({ abandoned }) => abandoned !== undefined).length;

/** The best accuracy of a sample so far, in [0, 1]. */
export const bestAccuracy = (search: Search): number | undefined => {
  const accuracies = search.work.flatMap(({ evaluated }) =>
    evaluated === undefined ? [] : [evaluated.correct / evaluated.total],
  );
  return accuracies.length === 0 ? undefined : greatestOf(accuracies);
};

/** Jobs that trainers were asked for and have not answered, merges and repetitions among them. */
export const jobsOpen = ({ work, merges, models, repeats }: Search): number =>
  repeats.filter(({ by }) => by === "trainer").length +
  models.filter(isTraining).length +
  work.filter(({ requested, trained }) => requested && trained === undefined).length +
  merges.filter(({ requested, checkpoint }) => requested && checkpoint === undefined).length;

/** Seconds that trainers have trained, in all. */
export const trainedSeconds = ({ work, models }: Search): number =>
  [...work, ...models.flatMap(({ epochs }) => epochs)].reduce((sum, { trained }) => sum + (trained?.seconds ?? 0), 0);

/** Training jobs in all, epochs of models among them, and those that are trained. */
export const jobsInAll = ({ jobs, jobsDone, models }: Search): { readonly done: number; readonly total: number } => ({
  done: jobsDone + models.reduce((sum, model) => sum + epochsDone(model), 0),
  total: jobs + models.reduce((sum, { epochs }) => sum + epochs.length, 0),
});

/** Whether the search has a budget and has spent it. */
export const budgetSpent = (search: Search): boolean => {
  const limit = search.spec?.budget.gpuSeconds ?? 0;
  return limit > 0 && trainedSeconds(search) >= limit;
};

/** The warning for a reader of the genotype of a search that its budget ended. */
export const endedEarly = (search: Search): string | undefined => {
  const { done, total } = jobsInAll(search);
  return search.ended?.kind === "search.finished" && done < total
    ? `ended after ${done} of ${total} training jobs, when its budget of ${search.spec?.budget.gpuSeconds} GPU seconds was spent`
    : undefined;
};
