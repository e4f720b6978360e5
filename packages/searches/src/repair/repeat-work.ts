import { fault } from "@bnas/errors";
import type { Work } from "@bnas/jobs";
import { type FactLog, factHash, type Stored } from "@bnas/log";
import {
  type Fact,
  type FactOf,
  patternsOf,
  record,
  repeatedBy,
  searchIdOf,
  searchPattern,
  subjectOf,
  subjectOfTail,
  type Writer,
} from "@bnas/search";
import type { Logger } from "@bnas/telemetry";

/**
 * The jobs of a service that are done again: a job whose answer was refused by its own work, once its place is free; a checkpoint that lost a blob by
 * `restore`. A consumer of its own, so that services that know nothing of it do not take it.
 */
export const repeatWork = (mesh: {
  readonly name: string;
  readonly writer: Exclude<Writer, "pruner">;
  /** Take those of this search alone. */
  readonly search?: string | undefined;
  /** What the service does. */
  readonly work: readonly Work[];
  readonly log: FactLog;
  readonly clock: () => Date;
  readonly logger: Logger;
  /** Make the checkpoint of an answer whole. */
  readonly restore?: (answer: Stored, job: Parameters<Work["handle"]>[1]) => Promise<void>;
}): Work => ({
  name: mesh.name,
  pattern: patternsOf("job.repeat", { search: mesh.search }),

  result: ({ subject, fact }) => {
    const searchId = searchIdOf(subject);
    return isRepeat(fact) && repeatedBy(searchId, fact.answer) === mesh.writer
      ? subjectOf(searchId, { kind: "job.repeated", repeat: fact.repeat })
      : null;
  },

  async handle(stored, job) {
    const { fact } = stored;
    if (!isRepeat(fact)) return;
    const { log, logger, writer, clock } = mesh;
    const searchId = searchIdOf(stored.subject);
    const subject = subjectOfTail(searchId, fact.answer);
    logger.warn({ search: searchId, subject, refused: fact.refused }, "does a job again");
    if (fact.refused !== undefined) await answerAgain(mesh, { searchId, subject, refused: fact.refused }, job);
    else {
      const [answer] = await log.read(subject);
      if (answer !== undefined) await mesh.restore?.(answer, job);
    }
    // Stopped: another does it.
    if (job.signal.aborted) return;
    const done = { kind: "job.repeated", repeat: fact.repeat, request: factHash(stored) } as const;
    await log.append(record(searchId, done, writer, clock().toISOString()));
  },

  failed: (stored, error) => (mesh.work[0] as Work).failed(stored, error),
});

const isRepeat = (fact: Fact): fact is FactOf<"job.repeat"> => fact.kind === "job.repeat";

/** Do the job of an answer again by the work that gives such answers. */
const answerAgain = async (
  { log, work }: { readonly log: FactLog; readonly work: readonly Work[] },
  { searchId, subject, refused }: { readonly searchId: string; readonly subject: string; readonly refused: string },
  job: Parameters<Work["handle"]>[1],
): Promise<void> => {
  const isRefused = async () => {
    const [there] = await log.read(subject);
    return there === undefined ? undefined : factHash(there) === refused;
  };
  const before = await isRefused();
  if (before === false) return;
  if (before === true) throw notFree(subject);
  for (const stored of await log.read(searchPattern(searchId))) {
    const one = work.find((other) => asks(other, stored, subject));
    if (one === undefined) continue;
    await one.handle(stored, job);
    // It came again, before ours.
    if ((await isRefused()) === true) throw notFree(subject);
    return;
  }
};

const asks = (work: Work, stored: Stored, subject: string): boolean => work.result(stored) === subject;

const notFree = (subject: string) =>
  fault("SUBJECT_TAKEN", `${subject} still has the answer that was refused`, "The pruner removes it in a moment.");
