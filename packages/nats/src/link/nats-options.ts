import type { Logger } from "@bnas/telemetry";

/** How to reach NATS. */
export type NatsOptions = {
  /** HOST or HOST:PORT of one server or more; the others of their cluster are found by themselves. */
  readonly servers: readonly string[];
  /** Who we are: a `.creds` file as NATS' tools make it, or a line `user password`. Read again at each connection. */
  readonly credentialsFile?: string;
  /** PEM files: whom we trust, and who we are to a server that asks. Given, the server must speak TLS. Read again likewise. */
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
  /** Is told of settings that somebody changed by hand, and of lost connections. */
  readonly logger?: Logger;
  /**
   * How long to go on trying to connect for the first time, in milliseconds; 0 unless told: whoever has given a wrong address is told at
   * once. A service that starts beside NATS, or whose pod the network lets through a moment after it runs, waits.
   */
  readonly connectPatienceMs?: number;
  /** How long a call waits for NATS to come back before it rejects with UNAVAILABLE, in milliseconds. */
  readonly patienceMs?: number;
};
