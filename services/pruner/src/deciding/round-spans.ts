import { type Fact, type Writer, writerOf } from "@bnas/search";
import type { OpenSpan, Recorder } from "@bnas/telemetry";

/**
 * A span for each part of a search, from its first decision to the first of the next part: `warm-up`, `round`. What is decided in
 * that time, and whatever is done for it elsewhere, is one trace: one trace shows one round. Kept in memory by the one writer that
 * opens rounds; when its process restarts, the round continues in a second trace.
 */
export class RoundSpans {
  readonly #kept: boolean;
  readonly #recorder: Recorder;
  readonly #open = new Map<string, { readonly round: number; readonly span: OpenSpan }>();

  constructor(writer: Writer, recorder: Recorder) {
    this.#recorder = recorder;
    this.#kept = writer === writerOf("round.opened") && recorder.on;
  }

  /** Do work as part of the round that the wanted facts belong to; facts of no round belong to that which is open. */
  run<Result>(searchId: string, wanted: readonly Fact[], work: () => Result): Result {
    if (!this.#kept) return work();
    const open = this.#open.get(searchId);
    const round = Math.max(open?.round ?? 0, ...wanted.map((fact) => ("round" in fact ? fact.round : 0)));
    return (open?.round === round ? open.span : this.#begin(searchId, round)).run(work);
  }

  /** The search has ended. */
  end(searchId: string): void {
    this.#open.get(searchId)?.span.end();
    this.#open.delete(searchId);
  }

  endAll(): void {
    for (const searchId of [...this.#open.keys()]) this.end(searchId);
  }

  #begin(searchId: string, round: number): OpenSpan {
    this.end(searchId);
    const attributes = { "bnas.search": searchId, "bnas.round": round === 0 ? undefined : round };
    const span = this.#recorder.begin(round === 0 ? "warm-up" : "round", { root: true, attributes });
    this.#open.set(searchId, { round, span });
    return span;
  }
}
