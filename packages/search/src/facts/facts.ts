import type { Genotype } from "../genotype/genotype.js";
import type { Operation } from "../space/operations.js";
import type { Candidates, Network, PerCell } from "../space/space.js";
import type { Spec } from "../spec/spec.js";

/** SHA-256 of a manifest in the store, in lower-case hex. Facts carry references, never tensors. */
export type CheckpointRef = string;

/** One number an operation on each of the 14 edges, only for the operations that it speaks of. */
export type PerOperation = PerCell<readonly Readonly<Partial<Record<Operation, number>>>[]>;

/** Which epoch of supernet training: one of the L of the warm-up (line 1) or of the V after a round (line 14). */
export type Stage =
  | { readonly stage: "warmup"; readonly epoch: number }
  | { readonly stage: "settle"; readonly round: number; readonly epoch: number };

/** A sample: number k of pass t of round r, each counted from 1. */
export type SampleId = { readonly round: number; readonly pass: number; readonly sample: number };

/** A pass: number t of round r, each counted from 1. */
export type PassId = { readonly round: number; readonly pass: number };

/** What a training job reports. `seconds` is for people: it decides nothing. */
export type Trained = {
  readonly checkpoint: CheckpointRef;
  readonly loss: number;
  readonly images: number;
  readonly seconds: number;
};

/** Something that happened in a search, written once, never changed. The whole of a search is the fold of its facts. */
export type Fact =
  | { readonly kind: "search.opened"; readonly spec: Spec }
  /** `job` counts every training epoch of the search from 0: it decides the learning rate. `from` null: initial weights by seed. */
  | ({
      readonly kind: "epoch.requested";
      readonly job: number;
      readonly jobs: number;
      readonly candidates: Candidates;
      readonly from: CheckpointRef | null;
    } & Stage)
  | ({
      readonly kind: "epoch.trained";
      readonly alpha: PerOperation;
      /** Strength of each of the 14 edges into its node. */
      readonly beta: PerCell<readonly number[]>;
    } & Stage &
      Trained)
  /** `small`: the operations that are sampled this round (line 3). */
  | {
      readonly kind: "round.opened";
      readonly round: number;
      readonly candidates: Candidates;
      readonly small: Candidates;
    }
  | ({
      readonly kind: "sample.requested";
      readonly job: number;
      readonly jobs: number;
      readonly network: Network;
      readonly from: CheckpointRef;
    } & SampleId)
  | ({ readonly kind: "sample.trained" } & SampleId & Trained)
  /** `seconds` is for people: it decides nothing. */
  | ({
      readonly kind: "sample.evaluated";
      readonly correct: number;
      readonly total: number;
      readonly seconds: number;
    } & SampleId)
  /**
   * With `parallel` above 1: every sample of the pass is trained from the checkpoint `from`. In the order of the samples, whatever
   * the order in which they were trained; `images` weigh the mean of what several of them changed.
   */
  | ({
      readonly kind: "pass.merge.requested";
      readonly from: CheckpointRef;
      readonly samples: readonly { readonly checkpoint: CheckpointRef; readonly images: number }[];
    } & PassId)
  /** What comes after the pass starts from `checkpoint`. `seconds` is for people: it decides nothing. */
  | ({ readonly kind: "pass.merged"; readonly checkpoint: CheckpointRef; readonly seconds: number } & PassId)
  /** s_small and s_large of lines 10 and 11, for every candidate. */
  | { readonly kind: "round.scored"; readonly round: number; readonly scores: PerOperation }
  /** Likelihoods after line 12, of every candidate before line 13 takes one away, and the one that goes from each edge. */
  | {
      readonly kind: "round.reduced";
      readonly round: number;
      readonly likelihoods: PerOperation;
      readonly abandoned: PerCell<readonly Operation[]>;
    }
  | { readonly kind: "search.paused"; readonly control: number }
  | { readonly kind: "search.resumed"; readonly control: number }
  | { readonly kind: "search.finished"; readonly genotype: Genotype }
  | { readonly kind: "search.failed"; readonly reason: string; readonly hint: string }
  | { readonly kind: "search.cancelled"; readonly reason: string }
  /**
   * The facts of a search that has ended are in the store: `blob` is their facts.jsonl, `sequences` where each of its lines was in
   * the log. From here on they may be gone from the log.
   */
  | {
      readonly kind: "search.archived";
      readonly blob: string;
      readonly sequences: readonly number[];
      readonly state: EndKind;
      readonly seed: number;
      /** RFC 3339 times of the fact that opened the search and of the one that ended it. */
      readonly created: string;
      readonly ended: string;
    }
  /** Nothing of the search counts any more; its id stays taken. `checkpoint`: where it stood, to know its store again by. */
  | { readonly kind: "search.deleted"; readonly checkpoint: CheckpointRef | null };

/** How a search may end. */
export type EndKind = "finished" | "failed" | "cancelled";

export type FactKind = Fact["kind"];
export type FactOf<K extends FactKind> = Extract<Fact, { kind: K }>;

/** Who may write a fact: one writer a kind (design.md section 1). */
export type Writer = "pruner" | "trainer" | "evaluator";

/** A fact as the log keeps it. `time` (RFC 3339, UTC) is for people: it decides nothing. */
export type Recorded = {
  readonly version: 1;
  readonly subject: string;
  readonly writer: Writer;
  readonly time: string;
  readonly fact: Fact;
};
