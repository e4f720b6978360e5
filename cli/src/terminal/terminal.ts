/** Where a command writes and the signal that stops it: passed in, so that tests need no process. */
export type Terminal = {
  /** A whole line for the caller: the result. */
  out(line: string): void;
  /** A whole line about the progress. */
  note(line: string): void;
  /** The line at the bottom that is written over; undefined where standard error is no terminal. */
  readonly status: ((line: string) => void) | undefined;
  /** Aborts at the first Ctrl-C or SIGTERM. */
  readonly interrupted: AbortSignal;
  /** Resolves when what was written has left this process: a process that exits before loses what a pipe had no room for. */
  flushed(): Promise<void>;
};

export const processTerminal = (): Terminal => {
  const interrupted = new AbortController();
  let asked = 0;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      asked += 1;
      // A user who interrupts twice does not want to wait for running work; no acknowledged fact is lost.
      if (asked > 1) process.exit(130);
      interrupted.abort();
    });
  }
  // `bnas ledger ID | head`: who reads has enough.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
  const { stderr } = process;
  let shown = false;
  const clear = () => {
    if (shown) stderr.write("\r\u001b[K");
    shown = false;
  };
  return {
    out(line) {
      clear();
      process.stdout.write(`${line}\n`);
    },
    note(line) {
      clear();
      stderr.write(`${line}\n`);
    },
    status: stderr.isTTY
      ? (line) => {
          stderr.write(`\r\u001b[K${line.slice(0, Math.max(20, (stderr.columns ?? 80) - 1))}`);
          shown = true;
        }
      : undefined,
    interrupted: interrupted.signal,
    flushed: async () => {
      for (const stream of [process.stdout, stderr]) await new Promise((resolve) => stream.write("", resolve));
    },
  };
};
