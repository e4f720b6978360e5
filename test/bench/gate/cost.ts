/** Does its work once and resolves with what it cost, in milliseconds a unit of work. */
export type Cost = () => Promise<number>;

/** Work, and how many units of it (steps, facts, batches) one call does. */
export type Work = { readonly units: number; readonly run: () => void | Promise<void> };

/**
 * The time of the processor, of all threads of this process. For what computes: another process that keeps the machine busy
 * does not count.
 */
export const processorTime =
  ({ units, run }: Work): Cost =>
  async () => {
    const begun = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / 1000 / units;
  };

/** The time of the clock. For what waits: for a disk, for an answer. */
export const clockTime =
  ({ units, run }: Work): Cost =>
  async () => {
    const begun = performance.now();
    await run();
    return (performance.now() - begun) / units;
  };
