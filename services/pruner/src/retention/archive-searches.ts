import { hasCode } from "@bnas/errors";
import type { FactLog } from "@bnas/log";
import { record } from "@bnas/search";
import { findFacts, writeArchive } from "@bnas/searches";
import type { BlobStore } from "@bnas/store";
import type { Logger } from "@bnas/telemetry";
import type { Searches } from "../deciding/searches.js";

type Mesh = {
  readonly log: FactLog;
  readonly searches: Searches;
  readonly store: BlobStore;
  readonly logger: Logger;
  readonly clock: () => Date;
};

/** Moves the facts of searches that ended long ago from the log into the store. */
export class Archivist {
  readonly #mesh: Mesh;
  readonly #retentionMs: number;
  /** Searches whose facts do not replay: they stay in the log, with one warning. */
  readonly #refused = new Set<string>();

  constructor(mesh: Mesh, retentionMs: number) {
    this.#mesh = mesh;
    this.#retentionMs = retentionMs;
  }

  /** Archive every search that ended longer ago than the retention time, one after another, until the signal aborts. */
  async sweep(signal: AbortSignal): Promise<void> {
    const before = this.#mesh.clock().getTime() - this.#retentionMs;
    for (const [searchId, known] of this.#mesh.searches.list()) {
      if (signal.aborted) return;
      const isDue = "archived" in known && !known.archived && known.ended <= before;
      if (isDue && !this.#refused.has(searchId)) await this.#archive(searchId);
    }
  }

  async #archive(searchId: string): Promise<void> {
    const { log, store, searches, logger, clock } = this.#mesh;
    const found = await findFacts(log, searchId);
    if (found.where !== "log") return;
    try {
      const archived = await writeArchive(store, found.facts);
      const { stored } = await log.append(record(searchId, archived, "pruner", clock().toISOString()));
      searches.add(stored);
      await log.remove(stored);
      logger.info({ search: searchId, blob: archived.blob, facts: found.facts.length }, "archived");
    } catch (error) {
      if (!hasCode(error, "FACTS_DAMAGED", "INVALID_INPUT", "BLOB_ALTERED", "SUBJECT_TAKEN")) throw error;
      this.#refused.add(searchId);
      logger.error(
        { search: searchId, err: error },
        "the search stays in the log: its facts do not follow from each other",
      );
    }
  }
}
