import type { Lead } from "./lead.js";

/** Leads at once, whatever the name: for a log of one process, or in a file, whose user makes sure that only one process leads. */
export class LeadAlone implements Lead {
  readonly #closing: AbortSignal;

  /** @param closing aborts when the log that is led on is closed */
  constructor(closing: AbortSignal) {
    this.#closing = closing;
  }

  async lead(_: string, act: (leading: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    const stop = AbortSignal.any([signal, this.#closing]);
    while (!stop.aborted) await act(stop);
  }
}
