// In a run it stands for node:timers/promises.

/** Resolves after so many milliseconds of the world; rejects when the signal aborts. */
const sleep = <Value>(
  ms?: number,
  value?: Value,
  { signal }: { readonly signal?: AbortSignal; readonly ref?: boolean } = {},
): Promise<Value | undefined> =>
  new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(Object.assign(new Error("The operation was aborted"), { name: "AbortError", code: "ABORT_ERR" }));
    };
    const timer = globalThis.setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve(value);
    }, ms);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });

export { sleep as setTimeout };
