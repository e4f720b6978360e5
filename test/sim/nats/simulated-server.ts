import { matches } from "@bnas/search";
import type { ConsumerConfig, StreamConfig } from "@nats-io/jetstream";
import { errors } from "@nats-io/transport-node";
import type { World } from "../world/world.js";
import { refusal } from "./refusals.js";
import { type ConsumerOnDisk, type Pull, SimulatedConsumer, type Word } from "./simulated-consumer.js";
import { type Kept, SimulatedStream, type StreamOnDisk } from "./simulated-stream.js";

/** One who is sent each message from a sequence on. */
export type Watcher = {
  readonly stream: string;
  readonly filter: string;
  next: number;
  /** How often it was sent something, so that the reader sees a gap. */
  sent: number;
  readonly send: (message: Kept, sent: number) => void;
};

type Disk = {
  readonly streams: readonly StreamOnDisk[];
  readonly consumers: readonly (readonly [name: string, stream: string, consumer: ConsumerOnDisk])[];
};

/** One nats-server with JetStream: what its clients can see of it, and what of it survives. */
export class SimulatedServer {
  readonly #world: World;
  isUp = true;
  /** How often it has started: a connection is to one life of it. */
  lives = 1;
  readonly #connected = new Set<(isUp: boolean) => void>();
  readonly #streams = new Map<string, SimulatedStream>();
  readonly #consumers = new Map<string, SimulatedConsumer>();
  readonly #watchers = new Set<Watcher>();
  #disk: Disk = { streams: [], consumers: [] };

  constructor(world: World) {
    this.#world = world;
  }

  /** Calls back when it ends and when it is there again, which the system of a client sees. */
  listen(connected: (isUp: boolean) => void): void {
    this.#connected.add(connected);
  }

  stream(name: string): SimulatedStream {
    const stream = this.#streams.get(name);
    if (stream === undefined) throw refusal("no stream");
    return stream;
  }

  /** The same again changes nothing. */
  addStream(config: StreamConfig): StreamConfig {
    const known = this.#streams.get(config.name);
    if (known !== undefined) return known.config;
    this.#streams.set(config.name, new SimulatedStream({ config, last: 0, messages: [] }));
    this.sync();
    return config;
  }

  publish(
    subject: string,
    data: Uint8Array,
    options: { readonly expected?: number | undefined; readonly headers?: Readonly<Record<string, string>> } = {},
  ): number {
    for (const [name, stream] of this.#streams) {
      if (!stream.config.subjects.some((pattern) => matches(pattern, subject))) continue;
      const sequence = stream.publish(subject, data, { ...options, now: this.#world.now });
      this.#world.tell(`${subject} at ${sequence}`);
      this.#tellOf(name);
      return sequence;
    }
    // A stream that does not exist does not answer.
    throw new errors.NoRespondersError(subject);
  }

  purge(name: string, filter: string, before?: number): number {
    this.#world.tell(`purge ${filter}`);
    return this.stream(name).purge(filter, before);
  }

  consumer(stream: string, name: string): SimulatedConsumer {
    const consumer = this.#consumers.get(`${stream}.${name}`);
    if (consumer === undefined) throw refusal("no consumer");
    return consumer;
  }

  addConsumer(stream: string, name: string, config: ConsumerConfig): SimulatedConsumer {
    const key = `${stream}.${name}`;
    if (this.#consumers.has(key)) throw refusal("consumer exists");
    const consumer = new SimulatedConsumer(this.stream(stream), { config, next: 1, pending: [] });
    this.#consumers.set(key, consumer);
    return consumer;
  }

  removeConsumer(stream: string, name: string): void {
    if (!this.#consumers.delete(`${stream}.${name}`)) throw refusal("no consumer");
  }

  pull(stream: string, name: string, pull: Pull): void {
    const consumer = this.consumer(stream, name);
    consumer.pull(pull, this.#world.now);
    this.#handOutLater(consumer);
  }

  answer(stream: string, name: string, sequence: number, word: Word): void {
    const consumer = this.#consumers.get(`${stream}.${name}`);
    if (consumer === undefined) return;
    consumer.answer(sequence, word, this.#world.now);
    this.#handOutLater(consumer);
  }

  watch(watcher: Watcher): void {
    this.stream(watcher.stream);
    this.#watchers.add(watcher);
    this.#feed(watcher);
  }

  unwatch(watcher: Watcher): void {
    this.#watchers.delete(watcher);
  }

  isWatching(watcher: Watcher): boolean {
    return this.isUp && this.#watchers.has(watcher);
  }

  /** Everything so far is on the disk. */
  sync(): void {
    this.#disk = {
      streams: [...this.#streams.values()].map((stream) => stream.onDisk()),
      consumers: [...this.#consumers].map(([key, consumer]) => {
        const [stream = "", name = ""] = key.split(".");
        return [name, stream, consumer.onDisk()];
      }),
    };
  }

  /** SIGKILL: what it had not written yet, the system writes. */
  kill(): void {
    this.#world.tell("nats-server was killed");
    this.sync();
    this.#end();
  }

  /** What was not synced is lost, acknowledged or not. */
  cutPower(): void {
    this.#world.tell("power cut of nats-server");
    this.#end();
  }

  #end(): void {
    this.isUp = false;
    for (const connected of this.#connected) connected(false);
  }

  start(): void {
    if (this.isUp) return;
    this.#world.tell("nats-server starts");
    this.#streams.clear();
    this.#consumers.clear();
    this.#watchers.clear();
    for (const stream of this.#disk.streams) this.#streams.set(stream.config.name, new SimulatedStream(stream));
    for (const [name, stream, consumer] of this.#disk.consumers) {
      this.#consumers.set(`${stream}.${name}`, new SimulatedConsumer(this.stream(stream), consumer));
    }
    this.isUp = true;
    this.lives++;
    for (const connected of this.#connected) connected(true);
  }

  #tellOf(stream: string): void {
    for (const watcher of this.#watchers) if (watcher.stream === stream) this.#feed(watcher);
    for (const [key, consumer] of this.#consumers) {
      if (!key.startsWith(`${stream}.`)) continue;
      consumer.handOut(this.#world.now);
      this.#handOutLater(consumer);
    }
  }

  #feed(watcher: Watcher): void {
    const stream = this.stream(watcher.stream);
    for (; watcher.next <= stream.last; watcher.next++) {
      const message = stream.get(watcher.next);
      if (message === undefined || !matches(watcher.filter, message.subject)) continue;
      watcher.send(message, ++watcher.sent);
    }
  }

  /** A job whose worker says nothing is another's. */
  #handOutLater(consumer: SimulatedConsumer): void {
    const ms = consumer.nextAgainMs - this.#world.now;
    if (ms === Number.POSITIVE_INFINITY || this.#waiting.has(consumer)) return;
    this.#waiting.add(consumer);
    this.#world.after(Math.max(ms, 1), () => {
      this.#waiting.delete(consumer);
      if (!this.isUp || ![...this.#consumers.values()].includes(consumer)) return;
      consumer.handOut(this.#world.now);
      this.#handOutLater(consumer);
    });
  }
  readonly #waiting = new Set<SimulatedConsumer>();
}
