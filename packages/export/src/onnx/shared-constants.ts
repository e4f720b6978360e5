/** A constant that lies in a vector with others: its name, and how many numbers of the vector it is. */
type Piece = { readonly name: string; readonly size: number };

/**
 * Constants of one type, one after the other: in the file they are one tensor and one node that splits it, where each would else bring a
 * tensor and a node that gives it the type that convolutions read.
 */
export class SharedConstants<T extends Int8Array | Uint16Array> {
  readonly #pieces: Piece[] = [];
  readonly #parts: T[] = [];

  add(name: string, values: T): void {
    this.#pieces.push({ name, size: values.length });
    this.#parts.push(values);
  }

  get pieces(): readonly Piece[] {
    return this.#pieces;
  }

  /** All of them, in the order of `pieces`. @param all an array of `size` zeros */
  into(all: T): T {
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  get size(): number {
    return this.#pieces.reduce((sum, { size }) => sum + size, 0);
  }
}
