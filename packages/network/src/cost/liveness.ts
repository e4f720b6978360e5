/**
 * Counts how much of what a network makes is alive at once. Without gradients a result is let go of at the end of its
 * scope. With them the tape keeps those that the gradient of a layer reads again, each once, however many layers read it.
 */
export class Liveness<V> {
  readonly #sizeOf: (value: V) => number;
  readonly #made: V[] = [];
  readonly #kept = new Set<V>();
  readonly #gone = new Set<V>();
  #evaluating = 0;
  #training = 0;
  #mostEvaluating = 0;
  #mostTraining = 0;
  #widestSum = 0;
  #largest = 0;

  constructor(sizeOf: (value: V) => number) {
    this.#sizeOf = sizeOf;
  }

  /** @param readAgain what the gradient of the layer that made it reads */
  made(value: V, readAgain: readonly V[]): void {
    this.#made.push(value);
    this.#evaluating += this.#sizeOf(value);
    this.#training += this.#sizeOf(value);
    for (const read of readAgain) this.#kept.add(read);
    this.#largest = Math.max(this.#largest, this.#sizeOf(value));
    this.#mostEvaluating = Math.max(this.#mostEvaluating, this.#evaluating);
    this.#mostTraining = Math.max(this.#mostTraining, this.#training);
  }

  /** A sum of many has the gradients of all of them alive at once. */
  summed(values: readonly V[]): void {
    this.#widestSum = Math.max(
      this.#widestSum,
      values.reduce((sum, value) => sum + this.#sizeOf(value), 0),
    );
  }

  scope(f: () => V): V {
    const begin = this.#made.length;
    const before = this.#evaluating;
    const result = f();
    this.#evaluating = before + this.#sizeOf(result);
    for (const value of this.#made.slice(begin)) {
      if (value === result || this.#kept.has(value) || this.#gone.has(value)) continue;
      this.#gone.add(value);
      this.#training -= this.#sizeOf(value);
    }
    return result;
  }

  /** Most alive at once without gradients. */
  get evaluating(): number {
    return this.#mostEvaluating;
  }

  /**
   * Most alive at once in a training step: at the end of the forward pass, or in the backward pass where the widest sum is
   * undone: the gradients of its summands, and some on their way through a layer (a quarter more, or three of the largest).
   */
  get training(): number {
    return Math.max(this.#mostTraining, this.#training + 1.25 * this.#widestSum + 3 * this.#largest);
  }
}
