import type { BnasError } from "@bnas/errors";
import type { Recorded } from "@bnas/search";
import { inSpan, type Recorder } from "@bnas/telemetry";
import { imagesOf, placeOf } from "./fact-attributes.js";
import type { Appended, FactLog, Stored } from "./fact-log.js";

/** A log that records what goes through it: a span and a count for every fact. */
export class TracedLog implements FactLog {
  readonly #log: FactLog;
  readonly #recorder: Recorder;

  constructor(log: FactLog, recorder: Recorder) {
    this.#log = log;
    this.#recorder = recorder;
  }

  append(recorded: Recorded): Promise<Appended> {
    const { kind } = recorded.fact;
    const attributes = { "bnas.fact.kind": kind, ...placeOf(recorded) };
    return inSpan(this.#recorder, "append fact", { attributes }, async (span) => {
      const appended = await this.#log.append(recorded);
      const { duplicate } = appended;
      span.set({ "bnas.fact.duplicate": duplicate, "bnas.fact.sequence": appended.stored.sequence });
      this.#recorder.count("bnas.facts", 1, { "bnas.fact.kind": kind, "bnas.fact.duplicate": duplicate });
      const seen = duplicate ? undefined : imagesOf(recorded.fact);
      if (seen !== undefined) this.#recorder.count("bnas.images", seen.images, { "bnas.job.kind": seen.job });
      return appended;
    });
  }

  read(pattern: string, after?: number): Promise<readonly Stored[]> {
    return this.#log.read(pattern, after);
  }

  watch(pattern: string, options: { after?: number; signal: AbortSignal }): AsyncIterable<Stored> {
    return this.#log.watch(pattern, options);
  }

  last(): Promise<number> {
    return this.#log.last();
  }

  remove(tombstone: Stored): Promise<void> {
    return this.#log.remove(tombstone);
  }

  full(): Promise<BnasError | undefined> {
    return this.#log.full?.() ?? Promise.resolve(undefined);
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}
