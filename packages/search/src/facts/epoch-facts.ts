import {
  answering,
  beta,
  candidates,
  chained,
  checkpoint,
  MADE_BY,
  madeBy,
  numbered,
  onEveryEdge,
  perOperation,
  startedFrom,
  trainedFields,
  written,
} from "./fact-parts.js";
import type { FactRow } from "./row.js";

/** Epochs of supernet training: the L of the warm-up (Algorithm 1, line 1), and the V after a round (line 14). */
const WARMUP = "warmup.epoch.<epoch>";
const SETTLE = "round.<round>.settle.epoch.<epoch>";

/** The training of the supernet. */
export const epochFacts = {
  "epoch.requested": {
    key: { warmup: `${WARMUP}.requested`, settle: `${SETTLE}.requested` },
    body: { ...numbered, candidates, from: checkpoint.nullable(), ...chained },
    writer: "pruner",
    asks: "epoch.trained",
    span: "train epoch",
    computed: true,
    means:
      "Train the supernet for one epoch by the PC-DARTS objective or, with `supernet: paths`, by networks of one operation an edge that are drawn for each batch: number `e` of the L of the warm-up (Algorithm 1, line 1), or of the V after round `r` (line 14). `candidates` is what is left on every edge. `job` numbers every training epoch of the search from 0 to `jobs` - 1: the learning rate follows from it. `from` is the checkpoint to start from; null is the initial weights, which follow from the seed.",
    example: {
      stage: "warmup",
      epoch: 1,
      job: 0,
      jobs: 26,
      candidates: onEveryEdge(["none", "sep_conv_3x3"]),
      from: null,
    },
  },
  "epoch.trained": {
    key: { warmup: `${WARMUP}.trained`, settle: `${SETTLE}.trained` },
    body: { ...trainedFields, alpha: perOperation, beta, madeBy, ...startedFrom, ...answering, ...written },
    writer: "trainer",
    images: "images",
    means:
      "That epoch is done. `checkpoint` is what came of it, `loss` the mean cross-entropy in nats, `alpha` the strength of every candidate, `beta` that of every edge. The alpha of the last epoch before a round decides what is sampled in it. `seconds` is for people. `madeBy` says with which engine and code, and is absent in facts of older services. `request` is the SHA-256 of the fact that asked, and `from` the checkpoint that it began with: so a result of another search, seed or job does not fit. Both are absent in facts of older services. `bytes` is what the job wrote into the store, for the account of the search's owner; it decides nothing.",
    example: {
      stage: "settle",
      round: 1,
      epoch: 1,
      checkpoint: "a".repeat(64),
      loss: 1.62,
      images: 200,
      seconds: 2.5,
      alpha: onEveryEdge({ none: 0.0012, sep_conv_3x3: -0.0034 }),
      beta: onEveryEdge(0.0007),
      madeBy: MADE_BY,
    },
  },
} as const satisfies Record<string, FactRow>;
