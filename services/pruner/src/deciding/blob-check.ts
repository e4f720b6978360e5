import { setTimeout as sleep } from "node:timers/promises";
import { backOff, hasCode, isBnasError, messageOf } from "@bnas/errors";
import type { Stored } from "@bnas/log";
import { type Fact, type FactOf, requestOf, searchIdOf, subjectOf } from "@bnas/search";
import type { Misfit } from "@bnas/searches";
import { type BlobStore, type Descent, descentFault, type Manifest, readManifest } from "@bnas/store";
import { LRUCache } from "lru-cache";

/** A copy of a store may be a moment behind the one that took the blob: so often it is looked at again before it counts as missing. */
const LOOKS = 3;
const LOOK_AGAIN_MS = 200;

/** Manifests that are kept: a job begins with what the one before it made. */
const KEPT = 32;

/** Looks whether the blobs of an answer are there and are made of what its request names. */
export class BlobCheck {
  readonly #store: BlobStore | undefined;
  readonly #manifests = new LRUCache<string, Manifest>({ max: KEPT });

  /** @param store undefined: of blobs nothing is known, and every answer fits */
  constructor(store: BlobStore | undefined) {
    this.#store = store;
  }

  /**
   * Why they do not fit; undefined where they do, and for a fact without a checkpoint. While the store does not answer it waits: an outage
   * ends no search.
   */
  async misfit(
    stored: Stored,
    read: (subject: string) => Promise<readonly Stored[]>,
    signal?: AbortSignal,
  ): Promise<Misfit | undefined> {
    const store = this.#store;
    if (store === undefined) return undefined;
    const descent = await descentOf(stored, read);
    if (descent === undefined) return undefined;
    for (let attempt = 1; ; attempt++) {
      const found = await this.#tried(descent, store);
      if (found === undefined) return undefined;
      if (found !== "unavailable" && (attempt > LOOKS || !/missing/.test(found.reason))) return found;
      const most = found === "unavailable" ? 15_000 : LOOK_AGAIN_MS;
      await sleep(backOff(attempt, { first: LOOK_AGAIN_MS, most }), undefined, signal && { signal });
    }
  }

  /** One look. "unavailable": the store does not answer. */
  async #tried(descent: Descent, store: BlobStore): Promise<Misfit | "unavailable" | undefined> {
    try {
      const reason = await descentFault(descent, store, (ref) => this.#manifest(store, ref));
      return reason === undefined ? undefined : { field: "fact.checkpoint", reason: `does not fit: ${reason}` };
    } catch (error) {
      if (hasCode(error, "UNAVAILABLE")) return "unavailable";
      if (!isBnasError(error)) throw error;
      return { field: "fact.checkpoint", reason: `does not fit: ${messageOf(error)}` };
    }
  }

  async #manifest(store: BlobStore, ref: string): Promise<Manifest> {
    const kept = this.#manifests.get(ref);
    if (kept !== undefined) return kept;
    const manifest = await readManifest(store, ref);
    this.#manifests.set(ref, manifest);
    return manifest;
  }
}

/** Whether a fact names a checkpoint that its job made. */
const isMade = (
  fact: Fact,
): fact is FactOf<"epoch.trained" | "sample.trained" | "model.epoch.trained" | "pass.merged"> =>
  fact.kind === "epoch.trained" ||
  fact.kind === "sample.trained" ||
  fact.kind === "model.epoch.trained" ||
  fact.kind === "pass.merged";

const descentOf = async (
  { subject, fact }: Stored,
  read: (subject: string) => Promise<readonly Stored[]>,
): Promise<Descent | undefined> => {
  const key = requestOf(fact);
  if (!isMade(fact) || key === undefined) return undefined;
  const [asked] = await read(subjectOf(searchIdOf(subject), key));
  const request = asked?.fact;
  if (request === undefined || !("from" in request)) return undefined;
  const { checkpoint } = fact;
  const { from = null } = request;
  if (request.kind !== "pass.merge.requested") return { checkpoint, from };
  return { checkpoint, from, parts: request.samples.map((sample) => sample.checkpoint) };
};
