import type { World } from "./world.js";

/**
 * A process from its start to its end. What it asked for is answered only while it lives: its code that waits then waits without end,
 * which is how it is killed at any `await`.
 */
export class SimulatedProcess {
  readonly name: string;
  readonly #world: World;
  isAlive = true;
  /** Stopped, as by SIGSTOP, until then. */
  heldUntil = 0;
  /** How far its wall clock is off, in milliseconds. Its monotonic clock never is. */
  clockOffMs = 0;
  /** It dies with the so manieth message from now: those after it are not sent. */
  diesAfterMessages = Number.POSITIVE_INFINITY;
  #onEnd: () => void = () => {};

  constructor(world: World, name: string, onEnd: () => void) {
    this.#world = world;
    this.name = name;
    this.#onEnd = onEnd;
  }

  get clock(): number {
    return this.#world.time + this.clockOffMs;
  }

  /** Whether a message may leave: not when the process has died while this code ran. */
  maySend(): boolean {
    if (!this.isAlive || this.diesAfterMessages <= 0) return false;
    this.diesAfterMessages--;
    return true;
  }

  /** End the process if it died while its code ran. */
  endIfDying(): void {
    if (this.diesAfterMessages <= 0) this.kill("died between two messages");
  }

  kill(why: string): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.#world.tell(`${this.name} ended: ${why}`);
    this.#onEnd();
  }
}
