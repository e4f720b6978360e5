import { asBnasError, CODES, EXIT, type ExitCode, sentence } from "@bnas/errors";
import type { Terminal } from "./terminal.js";

/** One clear line for a person, and the code to end with. The stack is only for `--verbose`. */
export const printError = (thrown: unknown, verbose: boolean, terminal: Terminal): ExitCode => {
  const error = asBnasError(thrown);
  terminal.note(`bnas: ${sentence(error)}`);
  if (verbose && thrown instanceof Error && thrown.stack !== undefined) terminal.note(thrown.stack);
  const { exit } = CODES[error.code];
  if (exit === EXIT.fault && !verbose)
    terminal.note("This is a fault of bnas: run again with --verbose and report what it prints.");
  return exit;
};
