import { setTimeout as pause } from "node:timers/promises";
import { messageOf } from "@bnas/errors";
import type { Logger } from "@bnas/telemetry";
import { type MeshClient, unreachable } from "./mesh-client.js";
import type { MeshView } from "./mesh-view.js";

/** Sees by one call for all searches which of them have moved, so that an operator of thousands asks only for those. */
export class MeshPoll {
  readonly #mesh: MeshClient;
  readonly #options: MeshPollOptions;
  #words: ReadonlyMap<string, string> = new Map();
  #down: Extract<MeshView, { kind: "unreachable" }> | undefined;
  #looked = false;

  constructor(mesh: MeshClient, options: MeshPollOptions) {
    this.#mesh = mesh;
    this.#options = options;
  }

  /** Whether the pruner was asked once, with or without an answer. */
  get looked(): boolean {
    return this.#looked;
  }

  /** Why the pruner does not answer, since the last look. */
  get down(): Extract<MeshView, { kind: "unreachable" }> | undefined {
    return this.#down;
  }

  /** Look every `seconds` until the signal aborts. */
  async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#look();
      await pause(this.#options.seconds * 1000, undefined, { signal }).catch(() => {});
    }
  }

  async #look(): Promise<void> {
    const { onMoved, onTurn, logger } = this.#options;
    const before = this.#down;
    try {
      const words = await this.#mesh.alive();
      const moved = [...new Set([...words.keys(), ...this.#words.keys()])].filter(
        (searchId) => words.get(searchId) !== this.#words.get(searchId),
      );
      this.#words = words;
      this.#down = undefined;
      for (const searchId of moved) onMoved(searchId);
    } catch (error) {
      const down = unreachable(error) ?? {
        reason: "MeshUnreachable" as const,
        message: messageOf(error),
      };
      this.#down = { kind: "unreachable", ...down };
      if (before === undefined) logger.warn({ err: error }, "the pruner does not answer");
    }
    this.#looked = true;
    if ((before === undefined) !== (this.#down === undefined)) onTurn();
  }
}

export type MeshPollOptions = {
  readonly seconds: number;
  readonly logger: Logger;
  readonly onMoved: (searchId: string) => void;
  /** The pruner began to answer, or ceased to. */
  readonly onTurn: () => void;
};
