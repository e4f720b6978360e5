import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** Every so many milliseconds a file that is there is looked at, and this long its answer may take. */
const EVERY_MS = 5_000;
const LIMIT_MS = 10_000;

/** Of what the watch is made; a test gives its own. */
type Watching = {
  readonly everyMs?: number;
  readonly limitMs?: number;
  /** Something short that needs a thread of those that read files. */
  readonly probe?: () => Promise<unknown>;
};

const OWN_FILE = fileURLToPath(import.meta.url);

/**
 * Watches whether files can be read at all. Node reads files with a few threads; a file system that does not answer keeps them, and then
 * no dataset of anyone is read. `changed` is called with `false` when a probe has not come back within the limit, and with `true` when
 * it has after all.
 */
export const watchFilePool = (
  changed: (reads: boolean) => void,
  { everyMs = EVERY_MS, limitMs = LIMIT_MS, probe = () => stat(OWN_FILE) }: Watching = {},
): { stop(): void } => {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const later = (act: () => void, ms: number) => {
    timer = setTimeout(act, ms);
    timer.unref();
  };
  const look = () => {
    let reads = true;
    const late = setTimeout(() => {
      reads = false;
      if (!stopped) changed(false);
    }, limitMs);
    late.unref();
    const done = () => {
      clearTimeout(late);
      if (stopped) return;
      if (!reads) changed(true);
      later(look, everyMs);
    };
    // An error is an answer, too.
    probe().then(done, done);
  };
  look();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
};
