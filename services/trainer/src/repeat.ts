import { fault, hasCode, messageOf, retryLater } from "@bnas/errors";
import type { Work } from "@bnas/jobs";
import { openedSpec, type Stored } from "@bnas/log";
import { type CheckpointRef, searchIdOf, searchPattern } from "@bnas/search";
import { askingForLost, doneJobs, repairCheckpoints, repeatWork, trainedJobs } from "@bnas/searches";
import { trainedAnswer, trainingWork } from "./facts.js";

type Mesh = Parameters<typeof trainingWork>[0];

/** All that a trainer takes: training, and jobs that are done again. */
export const trainerWork = (mesh: Mesh): readonly Work[] => {
  const { log, thread, clock, search } = mesh;
  const lossOf = (checkpoint: CheckpointRef) =>
    thread.call("lossOf", checkpoint, { signal: new AbortController().signal });
  const training = askingForLost(trainingWork(mesh), { log, clock, writer: "trainer", lossOf });
  const repeating = repeatWork({
    ...mesh,
    name: search === undefined ? "retrainer" : `retrainer-${search}`,
    writer: "trainer",
    work: [training],
    restore: (answer, job) => restore(mesh, answer, { ...job, lossOf }),
  });
  return [training, repeating];
};

/** Another trainer may have the engine that made it; a false answer is removed in a moment. */
const TRY_AGAIN_MS = 2_000;

const restore = async (
  { log, thread }: Mesh,
  { subject, fact }: Stored,
  {
    signal,
    working,
    lossOf,
  }: { readonly signal: AbortSignal; working(): void; readonly lossOf: (ref: CheckpointRef) => Promise<string | null> },
): Promise<void> => {
  if (!("checkpoint" in fact) || fact.checkpoint === null) return;
  const searchId = searchIdOf(subject);
  const spec = await openedSpec(log, searchId);
  try {
    await repairCheckpoints([fact.checkpoint], {
      jobs: trainedJobs(doneJobs(searchId, await log.read(searchPattern(searchId)))),
      lossOf: async (ref) => {
        const loss = await lossOf(ref);
        return loss === null
          ? undefined
          : fault("BLOB_MISSING", loss, "Restore it from a copy, or begin the search again.");
      },
      compute: async (request) => (await trainedAnswer(thread, spec, request, { signal, onStep: working })).checkpoint,
    });
  } catch (error) {
    if (!hasCode(error, "BLOB_MISSING", "BLOB_ALTERED") || signal.aborted) throw error;
    throw retryLater(TRY_AGAIN_MS, messageOf(error));
  }
};
