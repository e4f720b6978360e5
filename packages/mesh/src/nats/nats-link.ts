import { setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { InvalidInput } from "@bnas/search";
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, credsAuthenticator, type NatsConnection } from "@nats-io/transport-node";
import type { MeshError } from "../errors.js";
import { type Logger, silentLogger } from "../logging.js";
import { isConnectionClosed, isPassing } from "./nats-errors.js";
import { cannotConnect, refused, unavailable } from "./nats-failure.js";
import type { NatsOptions } from "./nats-options.js";

/** How long one request waits for its answer before it is made again. */
export const requestTimeoutMs = 3_000;
const longestWaitMs = 1_000;
const defaultPatienceMs = 120_000;
const openPatienceMs = 30_000;

type Patience = { readonly patienceMs?: number; readonly signal?: AbortSignal };

/** A connection to NATS that comes back by itself, and how long to wait for it. */
export class NatsLink {
  readonly connection: NatsConnection;
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
  /** `nats://HOST:PORT,...` for errors. */
  readonly address: string;
  readonly logger: Logger;
  readonly #patienceMs: number;
  readonly #closing = new AbortController();

  private constructor(connection: NatsConnection, manager: JetStreamManager, options: NatsOptions) {
    this.connection = connection;
    this.jetstream = jetstream(connection, { timeout: requestTimeoutMs });
    this.manager = manager;
    this.address = addressOf(options);
    this.logger = options.logger ?? silentLogger;
    this.#patienceMs = options.patienceMs ?? defaultPatienceMs;
    // Every call that waits listens to it: there may be hundreds.
    setMaxListeners(0, this.#closing.signal);
  }

  /** Connect. Rejects with MeshError UNAVAILABLE or UNAUTHENTICATED, or InvalidInput for a file that cannot be read. */
  static async open(options: NatsOptions): Promise<NatsLink> {
    const { tls, credentialsFile } = options;
    if (credentialsFile !== undefined) readCredentials(credentialsFile);
    try {
      const connection = await connect({
        servers: [...options.servers],
        name: "bnas",
        // The worst that an outage may do to a connection is to make its calls wait: see `patiently`.
        maxReconnectAttempts: -1,
        reconnectTimeWait: 250,
        timeout: 5_000,
        ...(tls === undefined ? {} : { tls }),
        ...(credentialsFile === undefined
          ? {}
          : { authenticator: credsAuthenticator(() => readCredentials(credentialsFile)) }),
      });
      const manager = await jetstreamManager(connection, { timeout: requestTimeoutMs, checkAPI: false });
      const link = new NatsLink(connection, manager, options);
      void link.#tellOfLosses();
      return link;
    } catch (error) {
      throw cannotConnect(error, addressOf(options));
    }
  }

  /** Aborts when the link is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /**
   * Do something until it is done, as long as what is in the way may pass: a server that restarts, a leader that is elected.
   * What is done must bear to be done twice. Rejects with MeshError UNAVAILABLE when patience ends or the signal aborts.
   * @param what is done, for the error: `append bnas.search.s.opened`
   */
  async patiently<Answer>(what: string, act: () => Promise<Answer>, options: Patience = {}): Promise<Answer> {
    const { patienceMs = this.#patienceMs, signal } = options;
    const stop = signal === undefined ? this.closing : AbortSignal.any([signal, this.closing]);
    const end = performance.now() + patienceMs;
    for (let waitMs = 50; ; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
      try {
        return await act();
      } catch (error) {
        if (isConnectionClosed(error)) throw await this.#closed(what, error);
        if (!isPassing(error)) throw refused(what, this.address, error);
        if (performance.now() > end) throw unavailable(what, this.address, error);
        await sleep(waitMs, undefined, { signal: stop }).catch(() => {});
        if (stop.aborted) throw await this.#closed(what, error);
      }
    }
  }

  /** The same while something is opened: whoever has given a wrong address is told soon. */
  patientlyOpening<Answer>(what: string, act: () => Promise<Answer>): Promise<Answer> {
    return this.patiently(what, act, { patienceMs: Math.min(openPatienceMs, this.#patienceMs) });
  }

  /** Send what is under way and close. */
  async close(): Promise<void> {
    if (this.closing.aborted) return;
    this.#closing.abort();
    // A server that is away cannot take what is under way: its acknowledgements run out instead.
    await Promise.race([this.connection.flush().catch(() => {}), sleep(1_000, undefined, { ref: false })]);
    await this.connection.close();
  }

  async #closed(what: string, error: unknown): Promise<MeshError> {
    const reason = this.connection.isClosed() ? await this.connection.closed() : undefined;
    return unavailable(what, this.address, reason instanceof Error ? reason : error);
  }

  async #tellOfLosses(): Promise<void> {
    for await (const { type } of this.connection.status()) {
      if (type === "disconnect") this.logger.warn({ address: this.address }, "lost the connection to NATS");
      if (type === "reconnect") this.logger.info({ address: this.address }, "connected to NATS again");
    }
  }
}

const addressOf = ({ servers }: NatsOptions): string => `nats://${servers.join(",")}`;

function readCredentials(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const hint = `The system says ${error instanceof Error ? error.message : String(error)}.`;
    throw new InvalidInput("credentials", path, "a .creds file that can be read", hint);
  }
}
