import { createHash } from "node:crypto";
import { type Stream, stream } from "@bnas/search";
import { type Event, EventQueue } from "./event-queue.js";
import type { SimulatedProcess } from "./simulated-process.js";

/** When the world begins, for clocks: 2026-01-01. */
const EPOCH_MS = Date.UTC(2026, 0, 1);

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Time, and what happens in it. One event happens after another, and before the next one all that the code under test does of
 * itself has been done: so the code that runs belongs to the process of the event, and the same seed gives the same order.
 */
export class World {
  readonly seed: number;
  /** Milliseconds since the world began. */
  now = 0;
  /** Whose code runs. Undefined: that of the simulator. */
  current: SimulatedProcess | undefined;
  readonly #queue = new EventQueue();
  readonly #hash = createHash("sha256");
  readonly #trace: string[] | undefined;
  /** Events that happened. */
  events = 0;

  constructor(seed: number, { trace }: { readonly trace?: string[] | undefined } = {}) {
    this.seed = seed;
    this.#trace = trace;
  }

  /** A stream of this world's seed. */
  stream(...names: readonly (string | number)[]): Stream {
    return stream(this.seed, "world", ...names);
  }

  /** Milliseconds since 1970. */
  get time(): number {
    return EPOCH_MS + this.now;
  }

  /** Write into the trace what happens. Two runs of a seed are one when their traces have one hash. */
  tell(what: string): void {
    const line = `${this.now.toFixed(3)} ${what}\n`;
    this.#hash.update(line);
    this.#trace?.push(line);
  }

  traceHash(): string {
    return this.#hash.copy().digest("hex");
  }

  /** Let something of the simulator, or of the world outside of all processes, happen later. */
  after(ms: number, act: () => void): Event {
    return this.#queue.put(this.now + ms, act);
  }

  /** Let something happen in a process later: if it lives then, and once it is not held. */
  afterIn(process: SimulatedProcess, ms: number, act: () => void): Event {
    const event = this.after(ms, () => this.#actIn(process, event, act));
    return event;
  }

  #actIn(process: SimulatedProcess, event: Event, act: () => void): void {
    if (!process.isAlive || event.isCancelled) return;
    if (process.heldUntil > this.now) {
      this.after(process.heldUntil - this.now, () => this.#actIn(process, event, act));
      return;
    }
    this.current = process;
    act();
  }

  /** Let one event happen after another until `isDone` says so or none is left. False: none is left, or the time is over. */
  async run(isDone: () => boolean, { untilMs }: { readonly untilMs: number }): Promise<boolean> {
    for (;;) {
      if (isDone()) return true;
      const event = this.#queue.take();
      if (event === undefined) return false;
      if (event.isCancelled) continue;
      if (event.at > untilMs) return false;
      this.now = Math.max(this.now, event.at);
      this.events++;
      event.act();
      if (this.current === undefined) continue;
      await settled();
      this.current.endIfDying();
      this.current = undefined;
    }
  }
}
