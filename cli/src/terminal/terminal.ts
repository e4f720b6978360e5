import { EXIT, messageOf, printable } from "@bnas/errors";

/** Where a command writes and the signal that stops it: passed in, so that tests need no process. Texts from outside are escaped here. */
export type Terminal = {
  /** A whole line for the caller: the result. */
  out(line: string): void;
  /** A whole line about the progress. */
  note(line: string): void;
  /** The line at the bottom that is written over; undefined where standard error is no terminal. */
  readonly status: ((line: string) => void) | undefined;
  /** Aborts at the first Ctrl-C or SIGTERM after `takeInterrupts`. */
  readonly interrupted: AbortSignal;
  /** From now on the command ends by itself when `interrupted` aborts. Before, the system ends the process at once. */
  takeInterrupts(): void;
  /** From now on the command continues when no one reads standard output any more. @param goes what it says then */
  outliveReader(goes: string): void;
  /** Resolves when what was written has left this process: a process that exits before loses what a pipe had no room for. */
  flushed(): Promise<void>;
};

/** The terminal of this process, or of another in its place for tests. */
export const processTerminal = (host: NodeJS.Process = process): Terminal => {
  const { stdout, stderr } = host;
  let shown = false;
  const clear = () => {
    if (shown) stderr.write("\r\u001b[K");
    shown = false;
  };
  const note = (line: string) => {
    clear();
    stderr.write(`${printable(line)}\n`);
  };
  const { interrupted, takeInterrupts } = interrupts(host);
  const reader = lostReader(host, note);
  // Nothing is left to say it with.
  stderr.on("error", () => {});
  return {
    out(line) {
      clear();
      if (!reader.lost) stdout.write(`${stdout.isTTY || !isJson(line) ? printable(line) : line}\n`);
    },
    note,
    status: stderr.isTTY
      ? (line) => {
          const width = Math.max(20, (stderr.columns ?? 80) - 1);
          stderr.write(`\r\u001b[K${printable(line).slice(0, width)}`);
          shown = true;
        }
      : undefined,
    interrupted,
    takeInterrupts,
    outliveReader: reader.outlive,
    flushed: async () => {
      for (const stream of reader.lost ? [stderr] : [stdout, stderr])
        await new Promise((resolve) => stream.write("", resolve));
    },
  };
};

/** A line that a program reads: its bytes may be hashed, and JSON itself escapes what begins an escape sequence. */
const isJson = (line: string): boolean => line.startsWith("{") || line.startsWith("[");

/**
 * No signal is caught before it is taken: the system ends a process at once that has nothing to finish, even one that computes and
 * never looks at its signals.
 */
const interrupts = (host: NodeJS.Process): Pick<Terminal, "interrupted" | "takeInterrupts"> => {
  const interrupted = new AbortController();
  let isTaken = false;
  return {
    interrupted: interrupted.signal,
    takeInterrupts() {
      if (isTaken) return;
      isTaken = true;
      for (const signal of ["SIGINT", "SIGTERM"] as const) {
        host.on(signal, () => {
          // A user who interrupts twice does not want to wait for running work; no acknowledged fact is lost.
          if (interrupted.signal.aborted) host.exit(EXIT.interrupted);
          interrupted.abort();
        });
      }
    },
  };
};

/** Who read standard output has left (`bnas search --json | head`), or its disk is full. */
const lostReader = (host: NodeJS.Process, note: (line: string) => void) => {
  let continues: string | undefined;
  const reader = {
    lost: false,
    outlive: (goes: string) => {
      continues = goes;
    },
  };
  host.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (reader.lost) return;
    reader.lost = true;
    const isPipe = error.code === "EPIPE";
    const happened = isPipe
      ? "who read standard output has left"
      : `standard output cannot be written (${messageOf(error)})`;
    note(`bnas: ${happened}${continues === undefined ? "" : `; ${continues}`}`);
    // Never 0: the caller has not got all that was to be said.
    if (continues === undefined) host.exit(isPipe ? EXIT.unread : EXIT.unreachable);
  });
  return reader;
};
