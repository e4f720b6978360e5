/** Lets only one process of several act at a time. Adapters: LeadAlone, JetStream. */
export interface Lead {
  /**
   * Do what only one process may do at a time: wait until no other process leads under this name, then act. The signal given to
   * `act` aborts when the lead is lost or `signal` aborts; then wait again, until `signal` aborts. Rejects when `act` does.
   */
  lead(name: string, act: (leading: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void>;
}
