/**
 * Lets work begin while the sum of what it takes is at most a limit, in the order in which it came. Work that alone takes more than the
 * limit waits until nothing else is done, and is then done alone.
 */
export class WeighedGate {
  readonly #limit: number;
  readonly #waiting: { readonly weight: number; readonly begin: () => void }[] = [];
  #taken = 0;

  /** @param limit in the unit of the weights, such as bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Does the work when there is room for it; rejects as the work does. */
  async pass<T>(weight: number, work: () => Promise<T>): Promise<T> {
    const taken = Math.min(weight, this.#limit);
    await new Promise<void>((begin) => {
      this.#waiting.push({ weight: taken, begin });
      this.#admit();
    });
    try {
      return await work();
    } finally {
      this.#taken -= taken;
      this.#admit();
    }
  }

  #admit(): void {
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || this.#taken + next.weight > this.#limit) return;
      this.#waiting.shift();
      this.#taken += next.weight;
      next.begin();
    }
  }
}
