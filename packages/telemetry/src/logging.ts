import { printable } from "@bnas/errors";
import { type DestinationStream, destination, type Logger, pino } from "pino";
import { type Recorder, silentRecorder } from "./recorder.js";

export type { Logger } from "pino";

/** Least severe that is written. `silent` writes nothing. */
export const LOG_LEVELS = ["silent", "fatal", "error", "warn", "info", "debug", "trace"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Events with fields, one JSON object a line on stderr: `logger.info({ search, round, sample, attempt }, "trained")`. Lines that
 * are written within a span have its trace_id and span_id. Names of fields: search, subject, round, pass, sample, attempt, address,
 * seconds, err. `logger.child({ search })` keeps them.
 * @throws pino's error for a level that is not one of `LOG_LEVELS`
 * @param options.name of the service @param options.recorder whose spans the lines are written in; default: none
 * @param options.to elsewhere than stderr, for tests
 */
export const createLogger = (options: {
  readonly name: string;
  readonly level: LogLevel | (string & {});
  readonly recorder?: Recorder;
  readonly to?: DestinationStream;
}): Logger => {
  const recorder = options.recorder ?? silentRecorder;
  return pino(
    {
      name: options.name,
      level: options.level,
      messageKey: "event",
      base: {},
      mixin: () => recorder.ids(),
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (level) => ({ level }) },
    },
    // Written at once, so that a process that dies has said why.
    options.to ?? shownTo(destination({ dest: 2, sync: true })),
  );
};

/** A line of JSON may have a character in it that a terminal obeys: 0x9b begins an escape sequence, too. */
const shownTo = (stderr: DestinationStream): DestinationStream => ({ write: (line) => stderr.write(printable(line)) });

/** For tests, and for whatever prints its own progress. */
export const silentLogger: Logger = pino({ level: "silent" });
