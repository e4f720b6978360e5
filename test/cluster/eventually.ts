import { setTimeout as wait } from "node:timers/promises";

/** Try again until it succeeds. @param seconds how long; then it rejects as the last try did */
export async function eventually<T>(what: string, seconds: number, attempt: () => Promise<T>): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`, { cause: error });
    }
    await wait(100);
  }
}
