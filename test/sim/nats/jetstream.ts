import type { ConsumerConfig, StreamConfig } from "@nats-io/jetstream";
import { SERVER, type SimulatedConnection } from "./connection.js";
import { refusal } from "./refusals.js";
import type { Watcher } from "./simulated-server.js";
import type { Kept } from "./simulated-stream.js";

/** JetStreamClient as far as our code uses it. */
export const clientOf = (connection: SimulatedConnection) => ({
  apiPrefix: "$JS.API",
  async publish(
    subject: string,
    data: string | Uint8Array,
    { expect, headers }: PublishOptions = {},
  ): Promise<{ readonly seq: number }> {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    const carried = Object.fromEntries((headers?.keys() ?? []).map((name) => [name, headers?.get(name) ?? ""]));
    const options = { expected: expect?.lastSubjectSequence, headers: carried };
    return { seq: await connection.ask((server) => server.publish(subject, bytes, options)) };
  },
  consumers: {
    get: async (stream: string, { opt_start_seq: first, filter_subjects: filter = ">" }: WatchOptions) =>
      new WatchingConsumer(connection, { stream, filter, first }),
  },
});

type PublishOptions = {
  readonly expect?: { readonly lastSubjectSequence?: number };
  readonly headers?: { keys(): readonly string[]; get(name: string): string };
};
type WatchOptions = { readonly opt_start_seq: number; readonly filter_subjects?: string };

/** JetStreamManager as far as our code uses it. */
export const managerOf = (connection: SimulatedConnection) => ({
  // No limits.
  getAccountInfo: () => connection.ask(() => ({ limits: { max_storage: -1 } })),
  streams: {
    getMessage: (stream: string, { last_by_subj: pattern = ">", seq }: { last_by_subj?: string; seq?: number }) =>
      connection.ask((server) => {
        const kept = server.stream(stream);
        const found = seq === undefined ? kept.lastOf(pattern, connection.place.world.now) : kept.get(seq);
        if (found === undefined) throw refusal("no message");
        return { ...found, seq: found.sequence, time: new Date(found.time) };
      }),
    info: (stream: string) =>
      connection.ask((server) => {
        const { config, last } = server.stream(stream);
        return { config, state: { last_seq: last } };
      }),
    add: (config: StreamConfig) => connection.ask((server) => ({ config: server.addStream(config), state: {} })),
    update: (name: string, config: StreamConfig) =>
      connection.ask((server) => {
        server.stream(name).config = config;
        return { config, state: {} };
      }),
    purge: (name: string, { filter = ">", seq }: { readonly filter?: string; readonly seq?: number }) =>
      connection.ask((server) => ({ purged: server.purge(name, filter, seq) })),
  },
  consumers: {
    info: (stream: string, name: string) =>
      connection.ask((server) => {
        const { config, handedOut } = server.consumer(stream, name);
        return { config, stream_name: stream, delivered: { stream_seq: handedOut } };
      }),
    add: (stream: string, config: ConsumerConfig) =>
      connection.ask((server) => {
        server.addConsumer(stream, config.durable_name ?? "", config);
        return { config, delivered: { consumer_seq: 0 } };
      }),
    update: (stream: string, name: string, config: ConsumerConfig) =>
      connection.ask((server) => {
        server.consumer(stream, name).config = config;
      }),
    delete: (stream: string, name: string) => connection.ask((server) => server.removeConsumer(stream, name)),
  },
});

/** What the client of NATS makes of a watch: messages in order, each once, while the server is heard. */
class WatchingConsumer {
  readonly #connection: SimulatedConnection;
  readonly #watched: { readonly stream: string; readonly filter: string; readonly first: number };
  #watcher: Watcher | undefined;

  constructor(
    connection: SimulatedConnection,
    watched: { readonly stream: string; readonly filter: string; readonly first: number },
  ) {
    this.#connection = connection;
    this.#watched = watched;
  }

  async delete(): Promise<void> {
    const watcher = this.#watcher;
    if (watcher !== undefined) await this.#connection.ask((server) => server.unwatch(watcher));
  }

  async consume({ expires }: { readonly expires: number }): Promise<WatchedMessages> {
    const { stream, filter, first } = this.#watched;
    const { world, network, server } = this.#connection.place;
    const { process } = this.#connection;
    const messages = new WatchedMessages();
    const begin = async (next: number): Promise<void> => {
      const watcher: Watcher = {
        ...{ stream, filter, next, sent: 0 },
        send: (message, sent) =>
          network.toProcess(SERVER, process, () => {
            if (this.#watcher !== watcher || sent <= received || this.#connection.life !== life) return;
            // A gap: the client of NATS makes the consumer again after the last message that it has.
            if (sent === received + 1) {
              received = sent;
              messages.put(message);
            } else void begin(messages.last === 0 ? next : messages.last + 1).catch(() => {});
          }),
      };
      let received = 0;
      const { life } = this.#connection;
      const before = this.#watcher;
      this.#watcher = watcher;
      await this.#connection.ask((there) => {
        if (before !== undefined) there.unwatch(before);
        there.watch(watcher);
      });
      const beat = () => {
        if (!server.isWatching(watcher)) return;
        network.toProcess(SERVER, process, () => {
          if (this.#watcher !== watcher || this.#connection.life !== life) return;
          messages.beat();
          if (watcher.sent !== received) void begin(messages.last === 0 ? next : messages.last + 1).catch(() => {});
        });
        if (process.isAlive) world.after(expires / 2, beat);
      };
      world.after(expires / 2, beat);
    };
    await begin(first);
    return messages;
  }
}

type Watched = { readonly subject: string; readonly seq: number; readonly data: Uint8Array };

/** ConsumerMessages as far as our code uses it. */
class WatchedMessages implements AsyncIterable<Watched> {
  readonly #waiting: Watched[] = [];
  #isClosed = false;
  #wake: () => void = () => {};
  #wakeStatus: () => void = () => {};
  #beats = 0;
  last = 0;

  put({ subject, sequence, data }: Kept): void {
    this.last = sequence;
    this.#waiting.push({ subject, seq: sequence, data });
    this.#wake();
  }

  beat(): void {
    this.#beats++;
    this.#wakeStatus();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake();
    this.#wakeStatus();
  }

  async *status(): AsyncGenerator<{ readonly type: "heartbeat" }> {
    while (!this.#isClosed) {
      for (; this.#beats > 0; this.#beats--) yield { type: "heartbeat" };
      await new Promise<void>((resolve) => {
        this.#wakeStatus = resolve;
      });
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Watched> {
    for (;;) {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) yield next;
      if (this.#isClosed) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
