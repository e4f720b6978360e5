import { invalidInput, type Path } from "@bnas/errors";
import { z } from "zod";
import {
  answering,
  candidates,
  chained,
  checkpoint,
  from0,
  from1,
  madeBy,
  network,
  numbered,
  onEveryEdge,
  perOperation,
  seconds,
  startedFrom,
  trainedFields,
  written,
} from "./fact-parts.js";
import type { FactRow } from "./row.js";
import type { NumbersIn } from "./spelling.js";

const ROUND = "round.<round>";
const PASS = `${ROUND}.pass.<pass>` as const;
const SAMPLE = `${PASS}.sample.<sample>` as const;

/** A pass: number t of round r, each counted from 1. */
export type PassId = NumbersIn<typeof PASS>;

/** A sample: number k of pass t of round r, each counted from 1. */
export type SampleId = NumbersIn<typeof SAMPLE>;

/** A round of Algorithm 1, from line 3 to line 13. */
export const roundFacts = {
  "round.opened": {
    key: `${ROUND}.opened`,
    body: { candidates, small: candidates, ...chained },
    writer: "pruner",
    computed: true,
    means:
      "Round `r` begins: `candidates` are the operations left on every edge and `small` is O_small, those that this round samples (line 3). What every sample of the round is follows from `small` and the seed.",
    example: {
      round: 6,
      candidates: onEveryEdge(["none", "skip_connect", "sep_conv_3x3"]),
      small: onEveryEdge(["none", "skip_connect"]),
    },
  },
  "untrained.requested": {
    key: `${ROUND}.untrained.requested`,
    body: { networks: z.array(network).min(1), from: checkpoint, ...chained },
    writer: "pruner",
    asks: "untrained.evaluated",
    span: "evaluate untrained networks",
    computed: true,
    means:
      "Only where the spec has `reduction.untrained`: evaluate these networks with the weights of `from`, that is of the supernet alone, before the round trains any of its samples. They are drawn by seed: in each pass every operation that is left is in one of them or more.",
    example: { round: 5, networks: [onEveryEdge("skip_connect"), onEveryEdge("sep_conv_3x3")], from: "b".repeat(64) },
  },
  "untrained.evaluated": {
    key: `${ROUND}.untrained.evaluated`,
    body: { correct: z.array(from0).min(1), total: from1, seconds, madeBy, ...answering },
    check: ({ correct, total }: { readonly correct: readonly number[]; readonly total: number }, where: Path): void => {
      const index = correct.findIndex((answers) => answers > total);
      if (index < 0) return;
      const hint = "No more answers can be right than there are.";
      throw invalidInput([...where, "correct", index], correct[index], `at most ${total}`, hint);
    },
    writer: "evaluator",
    means:
      "They were evaluated on the reduction split, each on all of its `total` images: `correct` answers of each, in the order of `networks`. No sample of the round is trained before. `seconds` is for people. `madeBy` is as in `epoch.trained`, of the evaluator.",
    example: { round: 5, correct: [31, 24], total: 100, seconds: 0.7 },
  },
  "pass.planned": {
    key: `${PASS}.planned`,
    body: {
      networks: z.array(network).min(1),
      mean: z.array(z.number()).optional(),
      deviation: z.array(z.number()).optional(),
      ...chained,
    },
    writer: "pruner",
    computed: true,
    means:
      "Only for strategies that plan (`docs/strategies.md`): every sample before pass `t` is evaluated, and these are the networks that it trains, in the order of their numbers. `mean` and `deviation` are what the estimate expects of each before it is trained, as normal scores of accuracies: they are there where a strategy expects something.",
    example: { ...{ round: 5, pass: 1 }, networks: [onEveryEdge("skip_connect")], mean: [0.8], deviation: [0.3] },
  },
  "sample.requested": {
    key: `${SAMPLE}.requested`,
    body: { ...numbered, network, from: checkpoint, ...chained },
    writer: "pruner",
    asks: "sample.trained",
    span: "train sample",
    computed: true,
    means:
      "Train this network, one operation an edge, for one epoch on the weight half (lines 6 and 7): number `k` of pass `t`. It begins with the weights of `from`: the checkpoint of the job before it or, with `parallel` above 1 or `protocol: fair`, that which every sample of the pass begins with. With `protocol: fair` the images, their order and the learning rate follow from the number of the first job of the pass, `job` - (`k` - 1).",
    example: {
      ...{ round: 1, pass: 1, sample: 2 },
      job: 2,
      jobs: 26,
      network: onEveryEdge("sep_conv_3x3"),
      from: "b".repeat(64),
    },
  },
  "sample.trained": {
    key: `${SAMPLE}.trained`,
    body: { ...trainedFields, madeBy, ...startedFrom, ...answering, ...written },
    writer: "trainer",
    asks: "sample.evaluated",
    span: "evaluate sample",
    images: "images",
    means:
      "It is trained. `checkpoint` holds what it changed and refers to the rest. `seconds` is for people. `madeBy` is as in `epoch.trained`.",
    example: {
      ...{ round: 1, pass: 1, sample: 2 },
      checkpoint: "c".repeat(64),
      loss: 1.71,
      images: 200,
      seconds: 1.8,
    },
  },
  "sample.evaluated": {
    key: `${SAMPLE}.evaluated`,
    body: { correct: from0, total: from1, parent: from0.exactOptional(), seconds, madeBy, ...answering },
    check: (
      { correct, total, parent = 0 }: { readonly correct: number; readonly total: number; readonly parent?: number },
      where: Path,
    ): void => {
      for (const [field, answers] of Object.entries({ correct, parent })) {
        if (answers <= total) continue;
        const hint = "No more answers can be right than there are.";
        throw invalidInput([...where, field], answers, `at most ${total}`, hint);
      }
    },
    writer: "evaluator",
    images: "total",
    means:
      "It was evaluated on the reduction split (line 8): `correct` answers of `total`. They are whole numbers, so that their sums are exact and operations that tie are seen to tie. `parent` is how many of them were right with the same weights without binarization, for a strategy that compares the two (`cp-nas`). `seconds` is for people. `madeBy` is as in `epoch.trained`, of the evaluator.",
    example: { ...{ round: 1, pass: 1, sample: 2 }, correct: 37, total: 100, seconds: 0.4 },
  },
  "pass.merge.requested": {
    key: `${PASS}.merge.requested`,
    body: { from: checkpoint, samples: z.array(z.strictObject({ checkpoint, images: from1 })).min(1), ...chained },
    writer: "pruner",
    asks: "pass.merged",
    span: "merge pass",
    computed: true,
    means:
      "Only where the spec has `parallel` above 1 or `protocol: fair`. Every sample of pass `t` is trained, each from the checkpoint `from`: make one checkpoint of theirs (`docs/parallel.md` says how). `samples` are in the order of their numbers, not in the order in which they were trained; `images` weigh the mean of the tensors that several of them changed.",
    example: {
      ...{ round: 5, pass: 1 },
      from: "b".repeat(64),
      samples: [
        { checkpoint: "c".repeat(64), images: 200 },
        { checkpoint: "d".repeat(64), images: 200 },
      ],
    },
  },
  "pass.merged": {
    key: `${PASS}.merged`,
    body: { checkpoint, seconds, madeBy, ...startedFrom, ...answering, ...written },
    writer: "trainer",
    means:
      "It is merged: whatever comes after the pass starts from `checkpoint`. A merge is no training job and has no number: the learning rate does not follow from it. `seconds` is for people. `madeBy` is as in `epoch.trained`.",
    example: { ...{ round: 5, pass: 1 }, checkpoint: "e".repeat(64), seconds: 0.02 },
  },
  "round.scored": {
    key: `${ROUND}.scored`,
    body: { scores: perOperation },
    writer: "evaluator",
    computed: true,
    means:
      "Every sample of the round is evaluated, and these are the scores of every candidate: the softmax of the mean accuracies for those that were sampled (line 10), half way between the largest and the mean of these for the others (line 11). With half sampled and two candidates left, both score 1: the last round is decided by the rounds before it.",
    example: { round: 6, scores: onEveryEdge({ none: 0.48, skip_connect: 0.52, sep_conv_3x3: 0.51 }) },
  },
  "round.reduced": {
    key: `${ROUND}.reduced`,
    body: { likelihoods: perOperation, abandoned: network, ...chained },
    writer: "pruner",
    computed: true,
    means:
      "The round is over. `likelihoods` are those of every candidate after line 12; `abandoned` is the operation of least likelihood on every edge, which is abandoned permanently (line 13). Of equal ones it is that with the lower index.",
    example: {
      round: 6,
      likelihoods: onEveryEdge({ none: 0.71, skip_connect: 0.79, sep_conv_3x3: 0.74 }),
      abandoned: onEveryEdge("none"),
    },
  },
} as const satisfies Record<string, FactRow>;
