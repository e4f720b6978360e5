import { z } from "zod";
import { PUBLISHED } from "../genotype/genotype.js";
import { genotypeSchema as genotype } from "../genotype/genotype-schema.js";
import { chained, checkpoint, from0, from1, sha256, spent, written } from "./fact-parts.js";
import type { FactRow } from "./row.js";

/** How a search is paused, resumed, ended, and leaves the log. */
export const endFacts = {
  "search.paused": {
    key: "control.<control>",
    body: {},
    writer: "pruner",
    means:
      "Nothing more is asked for until a `search.resumed`; work in progress ends and its facts come. `control` numbers pauses and resumptions together from 1. They share their subjects, so the log keeps one of two that race for one number.",
    example: { control: 1 },
  },
  "search.resumed": {
    key: "control.<control>",
    body: {},
    writer: "pruner",
    means: "The search continues.",
    example: { control: 2 },
  },
  "search.finished": {
    key: "finished",
    body: { genotype, by: z.enum(["survivors", "best-sample"]).optional(), ...chained, root: sha256.exactOptional() },
    writer: "pruner",
    computed: true,
    ends: "finished",
    means:
      "The search has its answer, as DARTS spells it: two links a node for nodes 2 to 5, the stronger first. `by` says what it is of, where the spec's `derive` is not `survivors`: of what is left, or of the best sample. `root` is the SHA-256 of the hashes of all facts that it and those before it name in `after`, a line each, in the order of the log. Of the three facts that end a search the first counts, and later ones change nothing.",
    example: { genotype: PUBLISHED },
  },
  "search.failed": {
    key: "failed",
    body: { reason: z.string(), hint: z.string() },
    writer: "pruner",
    alsoBy: ["trainer", "evaluator"],
    ends: "failed",
    means:
      "The search cannot continue: `reason` says why, with the job, and `hint` what to do. This kind alone may be written by the trainer and the evaluator too, because the service that has a job knows why it cannot be done.",
    example: {
      reason:
        "bnas.search.bnas-0.warmup.epoch.1.requested: data/cifar-10/data_batch_3.bin ends at byte 30729999; 30730000 were expected",
      hint: "download the file again",
    },
  },
  "search.cancelled": {
    key: "cancelled",
    body: { reason: z.string() },
    writer: "pruner",
    ends: "cancelled",
    means: "A client ended the search and said why.",
    example: { reason: "the dataset was the wrong one" },
  },
  "search.archived": {
    key: "archived",
    body: {
      blob: sha256,
      sequences: z.array(from1).min(1),
      state: z.enum(["finished", "failed", "cancelled"]),
      seed: from0,
      created: z.iso.datetime(),
      ended: z.iso.datetime(),
      ...spent,
      ...written,
    },
    writer: "pruner",
    tombstone: true,
    means:
      "The search ended longer ago than the pruner's setting `retention` says, and its facts are in the store: `blob` is the SHA-256 of a `facts.jsonl`, and `sequences` says where each of its lines was in the log. From then on the other facts of the search leave the log; a fact that comes later counts for nothing. `state` is how it ended, `created` and `ended` are the times of its first fact and of the one that ended it. Of a search with an `owner` they say what it used, `trainedSeconds` and `bytes`, which stay on the account. Replay and `bnas facts` read the blob as they read the log.",
    example: {
      blob: "c".repeat(64),
      sequences: [1, 2, 5, 6],
      state: "cancelled",
      seed: 0,
      created: "2025-06-01T09:30:00.000Z",
      ended: "2025-06-01T10:02:11.000Z",
    },
  },
  "search.deleted": {
    key: "deleted",
    body: { checkpoint: checkpoint.nullable(), ...spent },
    writer: "pruner",
    tombstone: true,
    means:
      "A client deleted the search: its facts leave the log, and nothing that comes later counts. This fact stays, so that no other search can use the id. `checkpoint` is where the search stood, null before the first: `bnas gc` knows the store of the log by it. `owner` and `trainedSeconds` are as in `search.archived`: seconds that were spent stay spent.",
    example: { checkpoint: "a".repeat(64) },
  },
} as const satisfies Record<string, FactRow>;
