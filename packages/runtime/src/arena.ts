const ALIGNMENT = 16;
/** Bytes behind every piece that a vector may read or write beyond its end. */
const SLACK = 64;

const sized = (bytes: number): number => Math.ceil((bytes + SLACK) / ALIGNMENT) * ALIGNMENT;

/** Places in a memory: pieces are taken and given back before anything is computed, so that the memory is as small as it can be. */
export class Arena {
  /** Pieces that are free, by their place: the first byte and the byte behind the last. */
  readonly #free: { from: number; to: number }[] = [];
  readonly #taken = new Map<number, number>();
  #end: number;

  /** @param start the first byte that may be used */
  constructor(start: number) {
    this.#end = start;
  }

  /** Bytes that the memory must have. */
  get bytes(): number {
    return this.#end;
  }

  /** The first byte of a piece of so many bytes, a multiple of 16. */
  take(bytes: number): number {
    const size = sized(bytes);
    const place = this.#free.findIndex(({ from, to }) => to - from >= size);
    const piece = this.#free[place];
    let at = this.#end;
    if (piece === undefined) this.#end += size;
    else {
      at = piece.from;
      piece.from += size;
      if (piece.from === piece.to) this.#free.splice(place, 1);
    }
    this.#taken.set(at, size);
    return at;
  }

  /** The first byte of a piece that no other ever has: for what is there before the first step. */
  keep(bytes: number): number {
    const at = this.#end;
    this.#end += sized(bytes);
    return at;
  }

  /** A piece is used no more. */
  give(at: number): void {
    const size = this.#taken.get(at);
    if (size === undefined) throw new RangeError(`no piece begins at ${at}`);
    this.#taken.delete(at);
    const next = this.#free.findIndex(({ from }) => from > at);
    const place = next === -1 ? this.#free.length : next;
    this.#free.splice(place, 0, { from: at, to: at + size });
    for (const i of [place, place - 1]) {
      const [one, other] = [this.#free[i], this.#free[i + 1]];
      if (one === undefined || other === undefined || one.to !== other.from) continue;
      one.to = other.to;
      this.#free.splice(i + 1, 1);
    }
  }
}
