/** Something that happens at a time. `order` says which of two at the same time is first. */
export type Event = { at: number; readonly order: number; readonly act: () => void; isCancelled: boolean };

/** Events by time, and of the same time by the order in which they were put: a binary heap. */
export class EventQueue {
  readonly #heap: Event[] = [];
  #put = 0;

  get size(): number {
    return this.#heap.length;
  }

  put(at: number, act: () => void): Event {
    const event: Event = { at, order: this.#put++, act, isCancelled: false };
    this.#heap.push(event);
    let place = this.#heap.length - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#isBefore(place, parent)) break;
      this.#swap(place, parent);
      place = parent;
    }
    return event;
  }

  /** The first event, which leaves the queue. */
  take(): Event | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first === undefined || last === undefined || first === last) return first;
    this.#heap[0] = last;
    for (let place = 0; ; ) {
      let least = place;
      for (const child of [2 * place + 1, 2 * place + 2]) {
        if (child < this.#heap.length && this.#isBefore(child, least)) least = child;
      }
      if (least === place) return first;
      this.#swap(place, least);
      place = least;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return false;
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return;
    this.#heap[one] = b;
    this.#heap[other] = a;
  }
}
