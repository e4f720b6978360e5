import { MemoryLog } from "@bnas/log";
import {
  type CheckpointRef,
  decide,
  evolve,
  type Fact,
  record,
  type Spec,
  type Stream,
  start,
  type Tensors,
  writerOf,
} from "@bnas/search";
import type { BlobStore } from "@bnas/store";
import { loadCheckpoint, saveCheckpoint } from "@bnas/store";
import { simulatedAnswer } from "./simulate.js";

/** What happens around the jobs of a search. */
export type Happenings = {
  /** After a fact. */
  readonly fact?: (log: MemoryLog) => Promise<void>;
  /** When a job has put its blobs, and its fact is not written yet. True: the worker of the job is killed now. */
  readonly put?: (log: MemoryLog) => Promise<boolean>;
};

const ID = "s";
const named = (name: string, ...values: number[]): Tensors =>
  new Map([[name, { shape: [values.length], values: Float32Array.from(values) }]]);

/**
 * Run a search to its end with trainers and an evaluator that read every checkpoint they are given from a store, and write real
 * ones. What they compute follows from the request and from what they read.
 * @param drawn says which of the jobs that may be done is done next
 */
export const runSearch = async (
  spec: Spec,
  store: BlobStore,
  drawn: Stream,
  { fact: afterFact = async () => {}, put: afterPut = async () => false }: Happenings = {},
): Promise<MemoryLog> => {
  const log = new MemoryLog();
  let search = start(ID);
  const append = async (fact: Fact): Promise<void> => {
    const { stored } = await log.append(record(ID, fact, writerOf(fact.kind), "2026-01-02T03:04:05.000Z"));
    search = evolve(search, stored.fact);
    await afterFact(log);
  };
  await append({ kind: "search.opened", spec });
  for (;;) {
    const wanted = decide(search);
    for (const fact of wanted) await append(fact);
    if (wanted.length > 0) continue;
    const facts = (await log.read(">")).map(({ fact }) => fact);
    const jobs = facts.filter((fact) => !facts.some((other) => answers(fact, other)) && asks(fact));
    const job = jobs[drawn.below(Math.max(1, jobs.length))];
    if (job === undefined) return log;
    const answer = await doJob(job, store, spec.seed);
    if (await afterPut(log)) continue;
    await append(answer);
  }
};

const asks = ({ kind }: Fact): boolean =>
  kind.endsWith("requested") || kind === "sample.trained" || kind === "model.epoch.trained";

const answers = (asked: Fact, fact: Fact): boolean => {
  const place = (of: Fact) =>
    ["stage", "round", "pass", "sample", "model", "epoch"].map((key) => Reflect.get(of, key) ?? "").join();
  const next = {
    "sample.trained": "sample.evaluated",
    "pass.merge.requested": "pass.merged",
    "model.epoch.trained": "model.epoch.evaluated",
    "untrained.requested": "untrained.evaluated",
  }[asked.kind as string];
  return fact.kind === (next ?? asked.kind.replace("requested", "trained")) && place(fact) === place(asked);
};

const sumOf = (tensors: Tensors): number =>
  [...tensors.values()].flatMap(({ values }) => [...values]).reduce((sum, value) => (sum * 31 + value) % 9973, 7);

const doJob = async (job: Fact, store: BlobStore, seed: number): Promise<Fact> => {
  if (job.kind === "sample.trained") {
    const { round, pass, sample, checkpoint } = job;
    const correct = sumOf(await loadCheckpoint(store, checkpoint)) % 100;
    return { kind: "sample.evaluated", round, pass, sample, correct, total: 100, seconds: 0 };
  }
  if (job.kind === "model.epoch.trained") {
    const { model, epoch, checkpoint } = job;
    const correct = sumOf(await loadCheckpoint(store, checkpoint)) % 100;
    return { kind: "model.epoch.evaluated", model, epoch, correct, total: 100, loss: 1, seconds: 0 };
  }
  const from: CheckpointRef | null = "from" in job ? job.from : null;
  let sum = from === null ? 1 : sumOf(await loadCheckpoint(store, from));
  if (job.kind === "pass.merge.requested") {
    for (const { checkpoint } of job.samples) sum += sumOf(await loadCheckpoint(store, checkpoint));
  }
  const own = job.kind === "sample.requested" ? `operation ${job.sample}` : "stem";
  // As with real weights, searches of two seeds share no blob.
  const changed = new Map([...named(own, sum), ...named("classifier", sum + 1, seed)]);
  const checkpoint = await saveCheckpoint(store, from, changed);
  const answer = simulatedAnswer({ seed: 1 }, job);
  if (answer === undefined || !("checkpoint" in answer)) throw new Error(`no service does ${job.kind}`);
  return { ...answer, checkpoint };
};
