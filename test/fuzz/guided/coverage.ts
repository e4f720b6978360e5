import { type Profiler, Session } from "node:inspector";

/** Which blocks of our code have run, as V8 counts them: what an input reached that none before it had. */
export class Coverage {
  readonly #session = new Session();
  readonly #seen = new Set<string>();
  readonly #counts: (url: string) => boolean;

  /** @param counts whether the code of a file is of interest */
  constructor(counts: (url: string) => boolean) {
    this.#counts = counts;
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  get size(): number {
    return this.#seen.size;
  }

  /** Whether since the last call a block has run that had not run before; `note`: from now on it has. */
  take({ note }: { readonly note: boolean }): boolean {
    const found: string[] = [];
    // The session is of this thread: it answers before `post` returns.
    this.#session.post("Profiler.takePreciseCoverage", (error, result: Profiler.TakePreciseCoverageReturnType) => {
      if (error !== null) throw error;
      for (const { url, functions } of result.result)
        if (this.#counts(url)) found.push(...this.#unseen(url, functions));
    });
    if (note) for (const block of found) this.#seen.add(block);
    return found.length > 0;
  }

  #unseen(url: string, functions: readonly Profiler.FunctionCoverage[]): readonly string[] {
    return functions
      .flatMap(({ ranges }) => ranges)
      .filter(({ count }) => count > 0)
      .map(({ startOffset, endOffset }) => `${url} ${startOffset} ${endOffset}`)
      .filter((block) => !this.#seen.has(block));
  }
}
