/** Lets one process of several do what only one may do at a time. Adapters: LeadAlone, JetStream. */
export interface Lead {
  /**
   * Wait until nobody else leads under this name, and act until the signal that `act` is given aborts, since the lead was lost or
   * `signal` aborted; then wait again, until `signal` aborts. Rejects when `act` does.
   */
  lead(name: string, act: (leading: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void>;
}
