import { vi } from "vitest";

/** Time that passes only while something sleeps, for what waits by `node:timers/promises` (mocked by the test file) and `performance`. */
export class VirtualTime {
  now = 0;
  /** How long each sleep was to be, in milliseconds. */
  readonly sleeps: number[] = [];
  /** Called after each sleep. */
  after: () => void = () => {};

  constructor() {
    vi.spyOn(performance, "now").mockImplementation(() => this.now);
  }

  readonly sleep = async (ms: number, _value?: unknown, { signal }: { signal?: AbortSignal } = {}): Promise<void> => {
    this.sleeps.push(ms);
    signal?.throwIfAborted();
    this.now += ms;
    this.after();
  };
}
