import type { Work } from "@bnas/jobs";

/**
 * The same work, which ends when no job has come for so long: a GPU pod that trains nothing costs as much as one that does.
 * @param seconds 0: never
 * @param end is aborted then. A job that comes at that moment is given back, and goes to another trainer
 */
export const endWhenIdle = (
  work: readonly Work[],
  { seconds, end }: { readonly seconds: number; readonly end: AbortController },
): readonly Work[] => {
  if (seconds === 0) return work;
  let timer: NodeJS.Timeout | undefined;
  let running = 0;
  const rest = () => {
    timer = setTimeout(() => end.abort(), seconds * 1000).unref();
  };
  end.signal.addEventListener("abort", () => clearTimeout(timer));
  rest();
  return work.map((one) => ({
    ...one,
    async handle(stored, job) {
      clearTimeout(timer);
      running++;
      try {
        await one.handle(stored, job);
      } finally {
        running--;
        if (running === 0 && !end.signal.aborted) rest();
      }
    },
  }));
};
