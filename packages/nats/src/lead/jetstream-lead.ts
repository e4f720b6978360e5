import type { Lead } from "@bnas/lead";
import type { SharedLink } from "../link/shared-link.js";
import { JetStreamLeader } from "./jetstream-leader.js";

/** The lead of any number of processes that use one stream. */
export class JetStreamLead implements Lead {
  readonly #shared: SharedLink;
  readonly #place: { readonly stream: string; readonly leadMs: number };

  /** @param place leadMs: how long a process that says nothing keeps the lead, in milliseconds */
  constructor(shared: SharedLink, place: { readonly stream: string; readonly leadMs: number }) {
    this.#shared = shared;
    this.#place = place;
  }

  lead(name: string, act: (leading: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    const leader = new JetStreamLeader(this.#shared.link, { ...this.#place, name });
    return this.#shared.untilClosed(leader.lead(act, AbortSignal.any([signal, this.#shared.closing])));
  }
}
