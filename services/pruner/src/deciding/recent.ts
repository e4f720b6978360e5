/** Values that were asked for last, by name, each made once however many ask at once. */
export class Recent<Value> {
  readonly #most: number;
  /** In the order of their last use. */
  readonly #values = new Map<string, Promise<Value>>();

  constructor(most: number) {
    this.#most = most;
  }

  get(name: string, make: () => Promise<Value>): Promise<Value> {
    const value = this.#values.get(name) ?? this.#make(name, make);
    this.#values.delete(name);
    this.#values.set(name, value);
    const [oldest] = this.#values.keys();
    if (this.#values.size > this.#most && oldest !== undefined) this.#values.delete(oldest);
    return value;
  }

  drop(name: string): void {
    this.#values.delete(name);
  }

  #make(name: string, make: () => Promise<Value>): Promise<Value> {
    const value = make();
    value.catch(() => {
      if (this.#values.get(name) === value) this.#values.delete(name);
    });
    return value;
  }
}
