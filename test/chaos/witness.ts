import { setTimeout as sleep } from "node:timers/promises";
import type { FactLog, Stored } from "@bnas/log";
import { differingField, record } from "@bnas/search";

/** The search that its facts belong to. It is never opened, so that no service does anything about them. */
export const witnessId = "witness";

/**
 * A process that appends to the log of the mesh while it is struck, knows what was acknowledged, and reads some of it again by
 * another connection: for it an acknowledged fact exists at once, and permanently.
 */
export class Witness {
  /** The facts that were acknowledged to it. */
  readonly acknowledged: Stored[] = [];
  /** Subjects whose acknowledged fact a later read did not give. */
  readonly unread: string[] = [];
  /** Reads that compared. */
  reads = 0;
  readonly #stop = new AbortController();
  readonly #ended: Promise<unknown>;

  constructor(writing: FactLog, reading: FactLog) {
    this.#ended = Promise.all([this.#append(writing), this.#read(reading)]);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  async #append(log: FactLog): Promise<void> {
    for (let number = 1; !this.#stop.signal.aborted; ) {
      const fact = record(witnessId, { kind: "search.paused", control: number }, "pruner", new Date().toISOString());
      try {
        const { stored } = await log.append(fact);
        this.acknowledged.push(stored);
        number += 1;
      } catch {
        // Refused: the disk is full, or NATS is unavailable for too long. The same again, until it is accepted.
      }
      await this.#pause(100);
    }
  }

  async #read(log: FactLog): Promise<void> {
    for (let turn = 0; !this.#stop.signal.aborted; turn++) {
      await this.#pause(500);
      // The last one, and in turn each of the others.
      for (const known of [this.acknowledged.at(-1), this.acknowledged[turn % (this.acknowledged.length || 1)]]) {
        if (known === undefined) continue;
        try {
          const [found] = await log.read(known.subject);
          this.reads += 1;
          if (differingField(known, found) !== undefined) this.unread.push(known.subject);
        } catch {
          // No answer is no wrong answer.
        }
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.#stop.signal }).catch(() => {});
  }
}
