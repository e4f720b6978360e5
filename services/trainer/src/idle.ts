import type { Work } from "@bnas/jobs";

/**
 * The same work, which ends when no job has come for so long: a GPU pod that trains nothing costs as much as one that does.
 * @param seconds 0: never
 * @param end is aborted then. A job that comes at that moment is given back, and goes to another trainer
 */
export const endWhenIdle = (
  work: Work,
  { seconds, end }: { readonly seconds: number; readonly end: AbortController },
): Work => {
  if (seconds === 0) return work;
  let timer: NodeJS.Timeout | undefined;
  const rest = () => {
    timer = setTimeout(() => end.abort(), seconds * 1000).unref();
  };
  end.signal.addEventListener("abort", () => clearTimeout(timer));
  rest();
  return {
    ...work,
    async handle(stored, job) {
      clearTimeout(timer);
      try {
        await work.handle(stored, job);
      } finally {
        if (!end.signal.aborted) rest();
      }
    },
  };
};
