/** Searches that want more jobs than their owners may have now, by owner. */
export class HeldBack {
  readonly #jobsLeft: (owner: string | undefined) => number;
  readonly #searches = new Map<string | undefined, Set<string>>();

  /** @param jobsLeft how many training jobs more may be asked for of the searches of an owner; default: any number */
  constructor(jobsLeft: (owner: string | undefined) => number = () => Number.POSITIVE_INFINITY) {
    this.#jobsLeft = jobsLeft;
  }

  get any(): boolean {
    return this.#searches.size > 0;
  }

  /** Of the jobs that a search wants those that its owner may have. */
  within<Job>(searchId: string, owner: string | undefined, jobs: readonly Job[]): readonly Job[] {
    if (jobs.length === 0) return jobs;
    const left = this.#jobsLeft(owner);
    if (jobs.length <= left) return jobs;
    this.#searches.set(owner, (this.#searches.get(owner) ?? new Set()).add(searchId));
    return jobs.slice(0, left);
  }

  /** Those of an owner, which are to be looked at again: what one search gives back another one may take. */
  take(owner: string | undefined): Iterable<string> {
    const held = this.#searches.get(owner) ?? [];
    this.#searches.delete(owner);
    return held;
  }

  takeAll(): readonly string[] {
    return [...this.#searches.keys()].flatMap((owner) => [...this.take(owner)]);
  }
}
