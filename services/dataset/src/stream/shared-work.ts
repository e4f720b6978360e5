type Running<T> = { readonly result: Promise<T>; readonly leave: AbortController; callers: number; done: boolean };

/**
 * Work that is done once for all who ask for it. It is stopped when all who wait for it have left; what failed or was stopped is done again
 * when it is asked for again, and what succeeded is kept.
 */
export class SharedWork<T> {
  readonly #work: (signal: AbortSignal) => Promise<T>;
  #running: Running<T> | undefined;

  constructor(work: (signal: AbortSignal) => Promise<T>) {
    this.#work = work;
  }

  /** Rejects as the work does, or when `signal` aborts. */
  async join(signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const running = this.#running ?? this.#begin();
    running.callers += 1;
    let left = () => {};
    const leaving = new Promise<never>((_, reject) => {
      left = () => reject(signal?.reason);
      signal?.addEventListener("abort", left);
    });
    try {
      return await Promise.race([running.result, leaving]);
    } finally {
      signal?.removeEventListener("abort", left);
      running.callers -= 1;
      if (running.callers === 0 && !running.done) {
        if (this.#running === running) this.#running = undefined;
        running.leave.abort();
      }
    }
  }

  #begin(): Running<T> {
    const leave = new AbortController();
    const running: Running<T> = { result: this.#work(leave.signal), leave, callers: 0, done: false };
    this.#running = running;
    running.result.then(
      () => {
        running.done = true;
      },
      () => {
        running.done = true;
        if (this.#running === running) this.#running = undefined;
      },
    );
    return running;
  }
}
