import { hasCode } from "@bnas/errors";
import type { ArtifactStatus } from "../status/architecture-search.js";
import type { MeshClient } from "./mesh-client.js";

/** What a search leaves; or milliseconds until it may be asked for; undefined: it is not asked for any more. */
export type ArtifactsSeen =
  | { readonly kind: "listed"; readonly artifacts: readonly ArtifactStatus[] }
  | { readonly kind: "wait"; readonly milliseconds: number }
  | undefined;

/** Milliseconds between two listings: each takes the pruner about a second, and hundreds of searches may end at once. */
const EVERY = 5_000;
/** Milliseconds after which a listing that failed is tried again. */
const AGAIN = 60_000;
const MOST_TRIES = 5;

/** Asks what searches leave, one after another: it is worth less than anything else that the pruner does. */
export class ArtifactTurns {
  readonly #mesh: Pick<MeshClient, "artifacts">;
  readonly #clock: () => number;
  readonly #turns = new Map<string, { readonly at: number; readonly tries: number }>();
  #free = 0;

  /** @param clock milliseconds since 1970 */
  constructor(mesh: Pick<MeshClient, "artifacts">, clock: () => number) {
    this.#mesh = mesh;
    this.#clock = clock;
  }

  /** What a search that has ended leaves, if it is its turn. */
  async of(searchId: string): Promise<ArtifactsSeen> {
    const now = this.#clock();
    const turn = this.#turns.get(searchId) ?? this.#reserve(searchId, now, 0);
    if (turn.tries >= MOST_TRIES) return undefined;
    if (turn.at > now) return { kind: "wait", milliseconds: turn.at - now };
    // A look while it is asked waits for the next turn.
    this.#reserve(searchId, now + AGAIN, turn.tries + 1);
    try {
      const artifacts = await this.#mesh.artifacts(searchId);
      this.#turns.delete(searchId);
      return { kind: "listed", artifacts };
    } catch (error) {
      // An older pruner, or a search that is no more.
      if (hasCode(error, "UNIMPLEMENTED", "NOT_FOUND")) this.#turns.set(searchId, { at: now, tries: MOST_TRIES });
      return this.of(searchId);
    }
  }

  #reserve(searchId: string, earliest: number, tries: number) {
    const at = tries === 0 ? Math.max(earliest, this.#free) : earliest;
    if (tries === 0) this.#free = at + EVERY;
    const turn = { at, tries };
    this.#turns.set(searchId, turn);
    return turn;
  }
}
