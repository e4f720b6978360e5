import type { ArchitectureSearch, SearchStatus } from "../status/architecture-search.js";
import { objectKeyOf } from "./cluster.js";

/** What was found out of an object, and when its status was last written. */
type Said = { readonly uid: string; readonly status: SearchStatus | undefined; readonly written: number | undefined };

/**
 * Statuses as they were last planned: mere progress is not written at once (worth-writing.ts), and the next plan begins with it. An
 * operator that restarts begins with what is written, and comes to the same.
 */
export class SaidStatus {
  readonly #said = new Map<string, Said>();

  /** The object with the status that was last planned for it. */
  of(object: ArchitectureSearch): ArchitectureSearch {
    const status = this.#of(object)?.status;
    return status === undefined ? object : { ...object, status };
  }

  /** Milliseconds since 1970. */
  writtenAt(object: ArchitectureSearch): number | undefined {
    return this.#of(object)?.written;
  }

  /** It is to be written later. */
  keep(object: ArchitectureSearch, status: SearchStatus): void {
    const { uid } = object.metadata;
    this.#said.set(objectKeyOf(object), { uid, status, written: this.writtenAt(object) });
  }

  /** It was written now. */
  wrote(object: ArchitectureSearch, now: number): void {
    this.#said.set(objectKeyOf(object), { uid: object.metadata.uid, status: undefined, written: now });
  }

  forget(key: string): void {
    this.#said.delete(key);
  }

  #of(object: ArchitectureSearch): Said | undefined {
    const said = this.#said.get(objectKeyOf(object));
    return said?.uid === object.metadata.uid ? said : undefined;
  }
}
