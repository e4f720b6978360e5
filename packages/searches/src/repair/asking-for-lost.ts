import { fault, hasCode, messageOf } from "@bnas/errors";
import type { Work } from "@bnas/jobs";
import type { FactLog, Stored } from "@bnas/log";
import {
  type CheckpointRef,
  type Fact,
  isRequestTo,
  searchIdOf,
  searchPattern,
  subjectTail,
  type Writer,
} from "@bnas/search";
import type { BlobStore } from "@bnas/store";
import { askAgain } from "./ask-again.js";
import { doneJobs, inputsOf, makersOf, type TrainedJob, trainedJobs } from "./jobs.js";
import { blobLossOf } from "./repair-checkpoints.js";

/** Why a checkpoint cannot be loaded, as a text that crosses to another thread; null: it can. */
export const lossIn = async (store: BlobStore, checkpoint: CheckpointRef): Promise<string | null> => {
  const loss = await blobLossOf(store, checkpoint);
  return loss === undefined ? null : messageOf(loss);
};

/** What a worker needs to notice that a blob is lost, and to say so. */
export type LostMesh = {
  readonly log: FactLog;
  readonly clock: () => Date;
  readonly writer: Writer;
  /** Why a checkpoint cannot be loaded; null: it can. */
  readonly lossOf: (checkpoint: CheckpointRef) => Promise<string | null>;
};

/**
 * The same work, where a job that misses a blob asks for the job that made it (`job.repeat`), and waits. Only a checkpoint that no job of the search
 * made, or that is lost again and again, ends it.
 */
export const askingForLost = (work: Work, mesh: LostMesh): Work => ({
  ...work,
  async handle(stored, job) {
    try {
      await work.handle(stored, job);
    } catch (error) {
      if (!hasCode(error, "BLOB_MISSING", "BLOB_ALTERED") || job.signal.aborted) throw error;
      const facts = await mesh.log.read(searchPattern(searchIdOf(stored.subject)));
      // What asks was refused and removed meanwhile: nothing is asked for.
      if (!facts.some(({ sequence }) => sequence === stored.sequence)) return;
      throw (await asked(stored, facts, mesh)) ?? error;
    }
  },
});

/** Ask for what a job lacks. @returns what it waits for; undefined: it waits in vain */
const asked = async (stored: Stored, facts: readonly Stored[], { log, clock, writer, lossOf }: LostMesh) => {
  const searchId = searchIdOf(stored.subject);
  const makers = makersOf(trainedJobs(doneJobs(searchId, facts)));
  const lost: TrainedJob[] = [];
  for (const checkpoint of readBy(stored.fact)) {
    if ((await lossOf(checkpoint)) === null) continue;
    const maker = makers.get(checkpoint);
    if (maker === undefined) return undefined;
    lost.push(maker);
  }
  for (const { answer } of lost) {
    const wanted = { answer: subjectTail(answer.subject) };
    if (!(await askAgain(log, searchId, wanted, { writer, time: clock().toISOString() }))) return undefined;
  }
  const what = lost.map(({ checkpoint }) => checkpoint).join(", ");
  return fault(
    "UNAVAILABLE",
    `${stored.subject} waits: a blob of checkpoint ${what} is lost, and its job is done again`,
    "Trainers do it as soon as one is free; nothing else.",
  );
};

/** The checkpoints that a job reads. */
const readBy = (fact: Fact): readonly CheckpointRef[] => {
  if (isRequestTo("trainer", fact)) return inputsOf(fact);
  if (fact.kind === "untrained.requested") return [fact.from];
  return "checkpoint" in fact && fact.checkpoint !== null ? [fact.checkpoint] : [];
};
