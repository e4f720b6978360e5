import { type Asking, admit, emptyQueue, type Search } from "@bnas/search";

/** So many jobs of a search may be asked for now. */
export type Turn = { readonly searchId: string; readonly jobs: number };

/**
 * Shares out the training jobs that may be asked for, among the searches that share the trainers. Trainers take jobs in their
 * order in the log, so a share is held where jobs are asked for: no more than `most` at a time, by weight. What it remembers is
 * lost with the process, which changes who comes first and nothing else.
 */
export class JobShares {
  readonly #most: number;
  readonly #asking = new Map<string, Asking>();
  #queue = emptyQueue;

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  /** A search wants so many jobs now. */
  ask(search: Search, wanted: number): void {
    const open = search.work.filter(({ requested, trained }) => requested && trained === undefined).length;
    const { weight = 1, dedicated = false } = search.spec ?? {};
    if (dedicated || (wanted === 0 && open === 0)) this.leave(search.id);
    else this.#asking.set(search.id, { id: search.id, weight, wanted, open });
  }

  /** A search has ended. */
  leave(searchId: string): void {
    this.#asking.delete(searchId);
  }

  /** Whose turn it is, in order. Each must `ask` again before the next call. */
  next(): readonly Turn[] {
    const asking = [...this.#asking.values()];
    if (asking.every(({ wanted }) => wanted === 0)) return [];
    // A search with dedicated trainers does not wait for others.
    const free = asking.length === 1 ? Number.POSITIVE_INFINITY : this.#most - openOf(asking);
    const { admitted, queue } = admit(this.#queue, asking, free);
    this.#queue = queue;
    return turnsOf(admitted);
  }
}

const openOf = (asking: readonly Asking[]): number => asking.reduce((sum, { open }) => sum + open, 0);

const turnsOf = (admitted: readonly string[]): readonly Turn[] => {
  const turns: { searchId: string; jobs: number }[] = [];
  for (const searchId of admitted) {
    const last = turns.at(-1);
    if (last?.searchId === searchId) last.jobs++;
    else turns.push({ searchId, jobs: 1 });
  }
  return turns;
};
