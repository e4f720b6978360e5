import type { Stored } from "@bnas/log";
import { type CheckpointRef, type Fact, isRequestTo, type RequestTo, requestOf, subjectOf } from "@bnas/search";

/** A job that was done: what asked for it, and what came of it. */
export type DoneJob<Request extends Fact = Fact> = { readonly request: Request; readonly answer: Stored };

/** A job whose result is a checkpoint. */
export type TrainedJob = DoneJob<RequestTo<"trainer">> & { readonly checkpoint: CheckpointRef };

/** The jobs of a search that are done, in the order of their answers. */
export const doneJobs = (searchId: string, facts: readonly Stored[]): readonly DoneJob[] => {
  const bySubject = new Map(facts.map(({ subject, fact }) => [subject, fact]));
  return facts.flatMap((answer) => {
    const key = requestOf(answer.fact);
    const request = key && bySubject.get(subjectOf(searchId, key));
    return request === undefined ? [] : [{ request, answer }];
  });
};

/** Those of them whose result is a checkpoint. */
export const trainedJobs = (jobs: readonly DoneJob[]): readonly TrainedJob[] =>
  jobs.flatMap(({ request, answer }) =>
    isRequestTo("trainer", request) && "checkpoint" in answer.fact && answer.fact.checkpoint !== null
      ? [{ request, answer, checkpoint: answer.fact.checkpoint }]
      : [],
  );

/** The job that made each checkpoint: the first whose result it is. A merge of one sample has that sample's. */
export const makersOf = (jobs: readonly TrainedJob[]): ReadonlyMap<CheckpointRef, TrainedJob> =>
  new Map([...jobs].reverse().map((job) => [job.checkpoint, job]));

/** The checkpoints that a job reads. */
export const inputsOf = (request: RequestTo<"trainer">): readonly CheckpointRef[] => [
  ...(request.from === null ? [] : [request.from]),
  ...(request.kind === "pass.merge.requested" ? request.samples.map(({ checkpoint }) => checkpoint) : []),
];
