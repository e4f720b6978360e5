/** Lets those who wait pass one by one, as many as were admitted; all, once it is open. */
export class Turnstile {
  #admitted = 0;
  #isOpen = false;
  #passed = 0;
  #wake: (() => void)[] = [];

  /** Resolves when the caller may pass. */
  async pass(): Promise<void> {
    while (!this.#isOpen && this.#passed >= this.#admitted) await this.#change();
    this.#passed++;
    this.#changed();
  }

  /** Admit so many more. Resolves when they have passed. */
  async admit(more: number): Promise<void> {
    this.#admitted += more;
    this.#changed();
    while (this.#passed < this.#admitted) await this.#change();
  }

  /** All pass from now on. */
  open(): void {
    this.#isOpen = true;
    this.#changed();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
