import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { exposedSecret } from "@bnas/disk";
import { type BnasError, backOff } from "@bnas/errors";
import { type Logger, type Recorder, silentLogger, silentRecorder } from "@bnas/telemetry";
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { type Authenticator, connect, errors, type NatsConnection } from "@nats-io/transport-node";
import { apiPrefixFor } from "./api-prefix.js";
import { Denials } from "./denials.js";
import { credentialsIn } from "./nats-credentials.js";
import { isConnectionClosed, isTemporaryNatsFault } from "./nats-errors.js";
import { addressOf, cannotConnect, mayComeAbout, natsUnavailable, refusedByNats } from "./nats-failure.js";
import type { NatsOptions } from "./nats-options.js";
import { checkNatsTls } from "./nats-tls.js";
import type { StreamMessage } from "./read-messages.js";
import type { StreamMemory } from "./stream-memory.js";

/** How long one request waits for its answer before it is made again. */
export const REQUEST_TIMEOUT_MS = 3_000;
const waitsMs = { first: 50, most: 1_000 };
const DEFAULT_PATIENCE_MS = 120_000;
const OPEN_PATIENCE_MS = 30_000;

type Patience = { readonly patienceMs?: number; readonly signal?: AbortSignal };

/** A connection to NATS that comes back by itself, and how long to wait for it. */
export class NatsLink {
  readonly connection: NatsConnection;
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
  /** `nats://HOST:PORT,...` for errors. */
  readonly address: string;
  readonly logger: Logger;
  readonly recorder: Recorder;
  readonly denials: Denials;
  readonly #patienceMs: number;
  readonly #closing = new AbortController();
  /** What is known of a stream, and what is done before this link ends because the stream has lost some of that. */
  #memory: StreamMemory | undefined;
  readonly #beforeLost = new Set<() => Promise<unknown>>();
  #lost: BnasError | undefined;
  /** Resolves when the stream was compared after the connection came back. Until then no call is made: it could follow from what is lost. */
  #compared: Promise<void> = Promise.resolve();
  #nowCompared = (): void => {};
  #isComparing = false;
  #lives = 1;

  private constructor(
    connection: NatsConnection,
    { jetstream, manager }: { readonly jetstream: JetStreamClient; readonly manager: JetStreamManager },
    options: NatsOptions,
  ) {
    this.connection = connection;
    this.jetstream = jetstream;
    this.manager = manager;
    this.address = addressOf(options);
    this.logger = options.logger ?? silentLogger;
    this.recorder = options.recorder ?? silentRecorder;
    this.denials = new Denials(this.logger.child({ address: this.address }));
    this.#patienceMs = options.patienceMs ?? DEFAULT_PATIENCE_MS;
    // Every call that waits listens to it: there may be hundreds.
    setMaxListeners(0, this.#closing.signal);
  }

  /**
   * Connect. Rejects with UNAVAILABLE or UNAUTHENTICATED, or InvalidInput that names the setting and the file that
   * cannot be used.
   */
  static async open(options: NatsOptions): Promise<NatsLink> {
    const { tls, credentialsFile } = options;
    if (tls !== undefined) checkNatsTls(tls);
    const authenticator = credentialsFile === undefined ? undefined : credentialsIn(credentialsFile);
    const exposed = credentialsFile === undefined ? undefined : exposedSecret(credentialsFile);
    if (exposed !== undefined) options.logger?.warn({ file: credentialsFile }, exposed);
    const end = performance.now() + (options.connectPatienceMs ?? 0);
    for (;;) {
      try {
        return await NatsLink.#connect(options, authenticator);
      } catch (error) {
        const fault = cannotConnect(error, options);
        if (!mayComeAbout(error) || performance.now() > end) throw fault;
        options.logger?.warn({ reason: fault.message }, "waiting for NATS");
        await sleep(waitsMs.most);
      }
    }
  }

  static async #connect(options: NatsOptions, authenticator: Authenticator | undefined): Promise<NatsLink> {
    const { tls } = options;
    const connection = await connect({
      servers: [...options.servers],
      name: "bnas",
      // The worst that an outage may do to a connection is to make its calls wait: see `patiently`.
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      timeout: 5_000,
      ...(tls === undefined ? {} : { tls }),
      ...(authenticator === undefined ? {} : { authenticator }),
    });
    try {
      const apiPrefix = await apiPrefixFor(connection, REQUEST_TIMEOUT_MS);
      const asked = { timeout: REQUEST_TIMEOUT_MS, apiPrefix, checkAPI: false };
      const manager = await jetstreamManager(connection, asked);
      const link = new NatsLink(connection, { jetstream: jetstream(connection, asked), manager }, options);
      void link.#follow();
      return link;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Aborts when the link is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /**
   * Try something until it succeeds, as long as the obstacle is temporary: a server that restarts, a leader election. It must be
   * safe to do it twice. Rejects with UNAVAILABLE when patience ends or the signal aborts.
   * @param what is done, for the error: `append bnas.search.s.opened`
   */
  async patiently<Answer>(what: string, act: () => Promise<Answer>, options: Patience = {}): Promise<Answer> {
    const { patienceMs = this.#patienceMs, signal } = options;
    const stop = signal === undefined ? this.closing : AbortSignal.any([signal, this.closing]);
    const end = performance.now() + patienceMs;
    for (let failures = 1; ; failures++) {
      try {
        if (!this.isCompared) await this.#waitUntilCompared(end - performance.now(), stop);
        return await act();
      } catch (error) {
        if (isConnectionClosed(error)) throw await this.#closed(what, error);
        if (!isTemporaryNatsFault(error)) throw refusedByNats(what, this.address, error);
        if (performance.now() > end) throw natsUnavailable(what, this.address, error);
        await sleep(backOff(failures, waitsMs), undefined, { signal: stop }).catch(() => {});
        if (stop.aborted) throw await this.#closed(what, error);
      }
    }
  }

  /** Compare a stream with what was seen of it, whenever the connection has come back. */
  remember(memory: StreamMemory): void {
    this.#memory = memory;
  }

  /** A message of the stream that is remembered. */
  saw(message: StreamMessage): void {
    this.#memory?.saw(message);
  }

  /** Do something before this link ends because facts are lost. @returns a function that takes that back */
  beforeLost(act: () => Promise<unknown>): () => void {
    this.#beforeLost.add(act);
    return () => this.#beforeLost.delete(act);
  }

  /** How often the connection was made. What came by an earlier one may be lost since, and was not compared. */
  get lives(): number {
    return this.#lives;
  }

  /** Whether calls may be made now. */
  get isCompared(): boolean {
    return !this.#isComparing && this.#lost === undefined;
  }

  /** Resolves when the stream is known to be what it was. @throws UNAVAILABLE when facts are lost, TimeoutError when it is not known in time */
  async compared(): Promise<void> {
    if (!this.isCompared) await this.#waitUntilCompared(REQUEST_TIMEOUT_MS, this.closing);
  }

  /** The same while something is opened: a wrong address must fail soon. */
  patientlyOpening<Answer>(what: string, act: () => Promise<Answer>): Promise<Answer> {
    return this.patiently(what, act, { patienceMs: this.openPatienceMs });
  }

  /** How long an open waits for what does not exist yet. */
  get openPatienceMs(): number {
    return Math.min(OPEN_PATIENCE_MS, this.#patienceMs);
  }

  /** Send what is under way and close. */
  async close(): Promise<void> {
    if (this.closing.aborted) return;
    this.#closing.abort();
    this.#nowCompared();
    // An unavailable server cannot receive the last messages: the leases expire instead.
    await Promise.race([this.connection.flush().catch(() => {}), sleep(1_000, undefined, { ref: false })]);
    await this.connection.close();
  }

  async #closed(what: string, error: unknown): Promise<BnasError> {
    if (this.#lost !== undefined) return this.#lost;
    const reason = this.connection.isClosed() ? await this.connection.closed() : undefined;
    return natsUnavailable(what, this.address, reason instanceof Error ? reason : error);
  }

  /** @throws TimeoutError when that takes longer, as a call would that has no answer */
  async #waitUntilCompared(mostMs: number, stop: AbortSignal): Promise<void> {
    const given = new AbortController();
    const late = sleep(Math.max(0, mostMs), "late", { signal: AbortSignal.any([stop, given.signal]) }).catch(
      () => "late",
    );
    const first = await Promise.race([this.#compared, late]);
    given.abort();
    if (this.#lost !== undefined) throw this.#lost;
    if (first === "late") throw new errors.TimeoutError();
  }

  #holdCalls(): void {
    if (this.#memory === undefined || this.#isComparing) return;
    this.#isComparing = true;
    this.#compared = new Promise((resolve) => {
      this.#nowCompared = resolve;
    });
  }

  async #compare(): Promise<void> {
    const memory = this.#memory;
    if (memory === undefined) return;
    this.#holdCalls();
    for (let failures = 1; !this.closing.aborted && !this.connection.isClosed(); failures++) {
      try {
        this.#lost = await memory.lost(this.manager);
        break;
      } catch (error) {
        if (!isTemporaryNatsFault(error)) {
          this.logger.warn({ err: error }, "the stream could not be compared with what was seen of it");
          break;
        }
        await sleep(backOff(failures, waitsMs), undefined, { signal: this.closing }).catch(() => {});
      }
    }
    if (this.#lost !== undefined) {
      this.logger.error({ err: this.#lost, hint: this.#lost.hint }, "facts are lost");
      await Promise.all([...this.#beforeLost].map((act) => act().catch(() => {})));
      await this.connection.close();
    }
    this.#isComparing = false;
    this.#nowCompared();
  }

  async #follow(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === "disconnect") {
        this.logger.warn({ address: this.address }, "lost the connection to NATS");
        this.#lives++;
        this.#holdCalls();
      }
      if (status.type === "reconnect") {
        this.logger.info({ address: this.address }, "connected to NATS again");
        void this.#compare();
      }
      if (status.type === "error") this.denials.hear(status.error);
    }
  }
}
