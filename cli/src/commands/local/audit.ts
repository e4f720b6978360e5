import { dirname } from "node:path";
import { EXIT, type ExitCode, invalidInput } from "@bnas/errors";
import type { Stored } from "@bnas/log";
import { loadOperations } from "@bnas/network";
import { isRequestTo, type Spec, searchIdOf } from "@bnas/search";
import { type Audited, compareAnswers, type DoneJob, doneJobs, drawJobs } from "@bnas/searches";
import { createLogger } from "@bnas/telemetry";
import { startComputing } from "../../local/compute.js";
import { blobsPath } from "../../outputs/output-folder.js";
import { readFactsFile } from "../../outputs/read-facts-file.js";
import type { EngineFlags } from "../../reach/setting-flags.js";
import type { Surroundings } from "../../terminal/surroundings.js";

export type AuditFlags = EngineFlags & {
  /** Of the jobs: above 0, at most 1. */
  readonly fraction: number;
  readonly seed: number;
  readonly datasetCache?: string;
  readonly json: boolean;
  readonly verbose: boolean;
};

/**
 * `bnas audit FACTS`: do a random part of the jobs of a search again, from the blobs beside the facts, and compare every answer to the last bit. What
 * is recorded of jobs that another engine or other code did cannot be compared.
 */
export const auditCommand = async (path: string, flags: AuditFlags, here: Surroundings): Promise<ExitCode> => {
  if (flags.operations !== undefined) await loadOperations(flags.operations);
  const search = await auditedSearch(path);
  const jobs = drawJobs(search.jobs, flags.fraction, flags.seed);
  here.note(`${jobs.length} of ${search.jobs.length} jobs of search ${search.id} are done again`);
  const { recorder, env } = here;
  const logger = createLogger({ name: "bnas", level: flags.verbose ? "debug" : "silent", recorder });
  const tools = { logger, recorder, env, clock: () => new Date(), patient: false };
  const computing = await startComputing(`dir:${blobsPath(dirname(path))}`, { ...flags, tools });
  const found: Audited[] = [];
  try {
    for (const { request, answer } of jobs) {
      const computed = isRequestTo("trainer", request)
        ? await computing.trainer.answer(search.spec, request, here.interrupted)
        : await computing.evaluator.answer(search.log, search.id, evaluated(request), here.interrupted);
      const one = compareAnswers(answer.subject, answer.fact, computed);
      found.push(one);
      here.out(flags.json ? JSON.stringify({ type: "audited", ...one }) : lineOf(one));
    }
  } finally {
    await computing.close();
  }
  return verdict(found, here);
};

/** A search whose jobs can be done again. */
type AuditedSearch = {
  readonly id: string;
  readonly spec: Spec;
  readonly jobs: readonly DoneJob[];
  readonly log: { read(pattern: string): Promise<readonly Stored[]> };
};

const auditedSearch = async (path: string): Promise<AuditedSearch> => {
  const { searches, lines } = await readFactsFile(path);
  const [one, ...others] = searches;
  const allowed = "the facts of one search, with at least one job that is done";
  if (one?.search.spec === undefined || others.length > 0) {
    const hint = `It has ${others.length === 0 ? "none that was opened" : `${searches.length} searches`}: \`bnas facts ID --out FILE\` writes those of one.`;
    throw invalidInput("FACTS", path, allowed, hint);
  }
  const facts = lines.map(({ stored }) => stored).filter(({ subject }) => searchIdOf(subject) === one.id);
  const jobs = doneJobs(one.id, facts).filter(({ request }) => isComputed(request));
  if (jobs.length === 0) throw invalidInput("FACTS", path, allowed, "The search has done nothing yet.");
  const log = { read: async (pattern: string) => facts.filter(({ subject }) => subject === pattern) };
  return { id: one.id, spec: one.search.spec, jobs, log };
};

const isComputed = (request: DoneJob["request"]): boolean =>
  isRequestTo("trainer", request) || isRequestTo("evaluator", request);

const evaluated = (request: DoneJob["request"]) => {
  if (isRequestTo("evaluator", request)) return request;
  throw new RangeError(`${request.kind} asks for no evaluation`);
};

const lineOf = (one: Audited): string => {
  switch (one.result) {
    case "equal":
      return `${one.subject}: equal, bit for bit`;
    case "not comparable":
      return `${one.subject}: not comparable, ${one.why}`;
    case "other":
      return `${one.subject}: ${one.field} was recorded as ${JSON.stringify(one.recorded)}, and is ${JSON.stringify(one.computed)} now`;
  }
};

const verdict = (found: readonly Audited[], here: Surroundings): ExitCode => {
  const count = (result: Audited["result"]): number => found.filter((one) => one.result === result).length;
  const [equal, other, unknown] = [count("equal"), count("other"), count("not comparable")];
  here.note(`of ${found.length} jobs ${equal} are equal, ${other} are not, ${unknown} cannot be compared`);
  if (other > 0) return EXIT.damaged;
  if (equal > 0) return EXIT.done;
  here.note("nothing follows from this: use the engine, the version and the processor with which the search was made");
  return EXIT.badInput;
};
