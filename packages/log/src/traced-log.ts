import { hasCode } from "@bnas/errors";
import type { Recorded } from "@bnas/search";
import { failSpan, inSpan, recorder } from "@bnas/telemetry";
import { imagesOf, jobKind, placeOf } from "./fact-attributes.js";
import type { Appended, FactLog, Stored, Work } from "./fact-log.js";

/** A log that records what goes through it: a span and a count for every fact, a span, a time and a count for every job. */
export class TracedLog implements FactLog {
  readonly #log: FactLog;

  constructor(log: FactLog) {
    this.#log = log;
  }

  append(recorded: Recorded): Promise<Appended> {
    const { kind } = recorded.fact;
    return inSpan("append fact", { attributes: { "bnas.fact.kind": kind, ...placeOf(recorded) } }, async (span) => {
      const appended = await this.#log.append(recorded);
      const { duplicate } = appended;
      span.set({ "bnas.fact.duplicate": duplicate, "bnas.fact.sequence": appended.stored.sequence });
      recorder().count("bnas.facts", 1, { "bnas.fact.kind": kind, "bnas.fact.duplicate": duplicate });
      const seen = duplicate ? undefined : imagesOf(recorded.fact);
      if (seen !== undefined) recorder().count("bnas.images", seen.images, { "bnas.job.kind": seen.job });
      return appended;
    });
  }

  read(pattern: string, after?: number): Promise<readonly Stored[]> {
    return this.#log.read(pattern, after);
  }

  watch(pattern: string, options: { after?: number; signal: AbortSignal }): AsyncIterable<Stored> {
    return this.#log.watch(pattern, options);
  }

  work(work: Work, signal: AbortSignal): Promise<void> {
    return this.#log.work(traced(work), signal);
  }

  last(): Promise<number> {
    return this.#log.last();
  }

  remove(tombstone: Stored): Promise<void> {
    return this.#log.remove(tombstone);
  }

  lead(name: string, act: (leading: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    return this.#log.lead(name, act, signal);
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}

const traced = (work: Work): Work => ({
  ...work,
  result: (stored) => work.result(stored),

  async handle(stored, job) {
    const kind = jobKind(stored.fact);
    const span = recorder().begin(kind, { job: kind, attributes: { "bnas.worker": work.name, ...placeOf(stored) } });
    const begun = performance.now();
    let outcome = "faulted";
    try {
      await span.run(() => work.handle(stored, job));
      outcome = "done";
    } catch (error) {
      if (job.signal.aborted) outcome = "stopped";
      else failSpan(span, error);
      if (outcome === "faulted" && mayPass(error)) recorder().count("bnas.retries", 1, { "bnas.retry.of": kind });
      throw error;
    } finally {
      const attributes = { "bnas.job.kind": kind, "bnas.job.outcome": outcome };
      recorder().measure("bnas.job.duration", (performance.now() - begun) / 1000, attributes);
      // A job that met a fault is tried again or has failed: `failed` tells.
      if (outcome !== "faulted") recorder().count("bnas.jobs", 1, attributes);
      span.set({ "bnas.job.outcome": outcome });
      span.end();
    }
  },

  async failed(stored, error) {
    await work.failed(stored, error);
    recorder().count("bnas.jobs", 1, { "bnas.job.kind": jobKind(stored.fact), "bnas.job.outcome": "failed" });
  },
});

const mayPass = (error: unknown): boolean => hasCode(error, "RETRY") || hasCode(error, "UNAVAILABLE");
