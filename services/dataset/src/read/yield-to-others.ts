import { setImmediate } from "node:timers/promises";

/** Lets other streams and health checks have their turn between two pieces of long work. */
export const yieldToOthers = (): Promise<void> => setImmediate();
