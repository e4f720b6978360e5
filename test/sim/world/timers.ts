import type { Event } from "./event-queue.js";
import type { World } from "./world.js";

// Code of a process asks for the time and for timers by the globals of Node. In a run they are those of its world; the code itself is
// that which is shipped.

let world: World | undefined;

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  Date: globalThis.Date,
  now: performance.now.bind(performance),
};

/** A timer of a process in a world. */
class Timer {
  event: Event | undefined;
  cancel(): void {
    if (this.event !== undefined) this.event.isCancelled = true;
    this.event = undefined;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  hasRef(): boolean {
    return true;
  }
}

const later = (act: (...given: unknown[]) => void, ms: unknown, given: unknown[], again: boolean): Timer => {
  const timer = new Timer();
  const process = world?.current;
  if (world === undefined || process === undefined) throw new Error("a timer outside of a process");
  const here = world;
  const wait = Math.max(1, Number(ms ?? 1) || 1);
  const begin = () => {
    timer.event = here.afterIn(process, wait, () => {
      timer.event = undefined;
      if (again) begin();
      act(...given);
    });
  };
  begin();
  return timer;
};

const isInProcess = (): boolean => world?.current !== undefined;

/** The wall clock of the process whose code runs, and of Node outside of a run. */
class SimulatedDate extends real.Date {
  constructor(...given: [] | [number | string | Date]) {
    if (given.length === 0) super(SimulatedDate.now());
    else super(given[0]);
  }
  static override now(): number {
    return world?.current?.clock ?? world?.time ?? real.Date.now();
  }
}

/** Until `leave`, time is that of a world. */
export const enter = (entered: World): void => {
  world = entered;
  // The casts: a timer of Node has more to it than any code here uses.
  globalThis.setTimeout = ((act: () => void, ms: number, ...given: unknown[]) =>
    isInProcess() ? later(act, ms, given, false) : real.setTimeout(act, ms, ...given)) as unknown as typeof setTimeout;
  globalThis.setInterval = ((act: () => void, ms: number, ...given: unknown[]) =>
    isInProcess() ? later(act, ms, given, true) : real.setInterval(act, ms, ...given)) as unknown as typeof setInterval;
  const clear = (timer: unknown) => {
    if (timer instanceof Timer) timer.cancel();
    else real.clearTimeout(timer as NodeJS.Timeout | undefined);
  };
  globalThis.clearTimeout = clear as typeof clearTimeout;
  globalThis.clearInterval = clear as typeof clearInterval;
  globalThis.Date = SimulatedDate as unknown as DateConstructor;
  performance.now = () => world?.now ?? real.now();
};

export const leave = (): void => {
  world = undefined;
  globalThis.setTimeout = real.setTimeout;
  globalThis.setInterval = real.setInterval;
  globalThis.clearTimeout = real.clearTimeout;
  globalThis.clearInterval = real.clearInterval;
  globalThis.Date = real.Date;
  performance.now = real.now;
};

/** The world of the run; only code of a process asks. */
export const enteredWorld = (): World => {
  if (world === undefined) throw new Error("no world was entered");
  return world;
};
