import { invalidInput, type Path } from "@bnas/errors";
import { z } from "zod";
import { PUBLISHED } from "../genotype/genotype.js";
import { genotypeSchema as genotype } from "../genotype/genotype-schema.js";
import {
  answering,
  chained,
  checkpoint,
  from0,
  from1,
  madeBy,
  numbered,
  seconds,
  startedFrom,
  trainedFields,
  written,
} from "./fact-parts.js";
import type { FactRow } from "./row.js";

const EPOCH = "model.<model>.epoch.<epoch>";
const FIRST = { model: 1, epoch: 1 };

/** Training of the derived network, and of its rivals, where the spec has `train.seeds`. */
export const modelFacts = {
  "genotype.derived": {
    key: "genotype",
    body: { genotype, by: z.enum(["survivors", "best-sample"]).optional(), ...chained },
    writer: "pruner",
    computed: true,
    means:
      "Only where networks are trained afterwards (`train.seeds`): the genotype is known. `search.finished` says it again when they are trained; it is the answer already now. `by` is as there.",
    example: { genotype: PUBLISHED },
  },
  "model.epoch.requested": {
    key: `${EPOCH}.requested`,
    body: {
      ...numbered,
      variant: z.enum(["answer", "random", "full-precision", "published"]),
      repeat: from0,
      genotype,
      from: checkpoint.nullable(),
      ...chained,
    },
    writer: "pruner",
    asks: "model.epoch.trained",
    span: "train model",
    computed: true,
    means:
      "Train model `m`, the network stacked from `genotype`, for epoch `e` of `train.epochs` on all training images. `variant` says what it is there for (`docs/models.md`), `repeat` which of the `train.seeds` it has, from 0. `job` numbers the epochs of all models from 0 to `jobs` - 1. `from` is the checkpoint of the epoch before; null is the initial weights, which follow from seed and `repeat`.",
    example: {
      ...FIRST,
      job: 0,
      jobs: 20,
      variant: "answer",
      repeat: 0,
      genotype: PUBLISHED,
      from: null,
    },
  },
  "model.epoch.trained": {
    key: `${EPOCH}.trained`,
    body: { ...trainedFields, madeBy, ...startedFrom, ...answering, ...written },
    writer: "trainer",
    asks: "model.epoch.evaluated",
    span: "evaluate model",
    images: "images",
    means:
      "That epoch is done. `checkpoint` holds weights, momentum and the running statistics of the batch norms. `loss` is the mean cross-entropy of the network's own classifier in nats, of the images as they were augmented. `seconds` is for people. `madeBy` is as in `epoch.trained`.",
    example: { ...FIRST, checkpoint: "a".repeat(64), loss: 1.42, images: 800, seconds: 3.1 },
  },
  "model.epoch.evaluated": {
    key: `${EPOCH}.evaluated`,
    body: { correct: from0, total: from1, loss: z.number(), seconds, madeBy, ...answering },
    check: ({ correct, total }: { readonly correct: number; readonly total: number }, where: Path): void => {
      if (correct <= total) return;
      const hint = "No more answers can be right than there are.";
      throw invalidInput([...where, "correct"], correct, `at most ${total}`, hint);
    },
    writer: "evaluator",
    images: "total",
    means:
      "The model as it was after that epoch, on the test images, its batch norms by their running statistics: `correct` answers of `total`, and the mean cross-entropy in nats. `seconds` is for people. `madeBy` is as in `epoch.trained`, of the evaluator.",
    example: { ...FIRST, correct: 160, total: 200, loss: 0.71, seconds: 0.3 },
  },
} as const satisfies Record<string, FactRow>;
