import { hasCode } from "@bnas/errors";
import { jobKind, placeOf } from "@bnas/log";
import { failSpan, type Recorder } from "@bnas/telemetry";
import type { Jobs, Work } from "./jobs.js";

/** Jobs that are recorded: a span, a time and a count for every one. */
export class TracedJobs implements Jobs {
  readonly #jobs: Jobs;
  readonly #recorder: Recorder;

  constructor(jobs: Jobs, recorder: Recorder) {
    this.#jobs = jobs;
    this.#recorder = recorder;
  }

  work(work: Work, signal: AbortSignal): Promise<void> {
    return this.#jobs.work(traced(work, this.#recorder), signal);
  }
}

const traced = (work: Work, recorder: Recorder): Work => ({
  ...work,
  result: (stored) => work.result(stored),

  async handle(stored, job) {
    const kind = jobKind(stored.fact);
    const span = recorder.begin(kind, { job: kind, attributes: { "bnas.worker": work.name, ...placeOf(stored) } });
    const begun = performance.now();
    let outcome = "faulted";
    try {
      await span.run(() => work.handle(stored, job));
      outcome = "done";
    } catch (error) {
      if (job.signal.aborted) outcome = "stopped";
      else failSpan(span, error);
      if (outcome === "faulted" && mayPass(error)) recorder.count("bnas.retries", 1, { "bnas.retry.of": kind });
      throw error;
    } finally {
      const attributes = { "bnas.job.kind": kind, "bnas.job.outcome": outcome };
      recorder.measure("bnas.job.duration", (performance.now() - begun) / 1000, attributes);
      // A job that met a fault is tried again or has failed: `failed` tells.
      if (outcome !== "faulted") recorder.count("bnas.jobs", 1, attributes);
      span.set({ "bnas.job.outcome": outcome });
      span.end();
    }
  },

  async failed(stored, error) {
    await work.failed(stored, error);
    recorder.count("bnas.jobs", 1, { "bnas.job.kind": jobKind(stored.fact), "bnas.job.outcome": "failed" });
  },
});

const mayPass = (error: unknown): boolean => hasCode(error, "RETRY") || hasCode(error, "UNAVAILABLE");
