import type { Logger, Recorder } from "@bnas/telemetry";

/** How to reach NATS. */
export type NatsOptions = {
  /** HOST or HOST:PORT of one server or more; the others of their cluster are found by themselves. */
  readonly servers: readonly string[];
  /** Who we are: a `.creds` file as NATS' tools make it, or a line `user password`. Read again at each connection. */
  readonly credentialsFile?: string;
  /** PEM files: whom we trust, and who we are to a server that asks. Given, the server must speak TLS. Read again likewise. */
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
  /** Gets settings that were changed by hand, and lost connections. */
  readonly logger?: Logger;
  /** Gives facts the trace that they belong to, and jobs that of their fact; default: no trace. */
  readonly recorder?: Recorder;
  /**
   * How long to try to connect for the first time, in milliseconds; default 0, so that a wrong address fails at once. A service
   * waits if it starts together with NATS, or in a pod whose network is ready a moment later.
   */
  readonly connectPatienceMs?: number;
  /** How long a call waits for NATS to come back before it rejects with UNAVAILABLE, in milliseconds. */
  readonly patienceMs?: number;
};
