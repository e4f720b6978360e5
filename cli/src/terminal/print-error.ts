import { isUnavailable, MeshError } from "@bnas/disk";
import { FactsDamaged } from "@bnas/log";
import { InvalidInput } from "@bnas/search";
import { BlobAltered, BlobMissing } from "@bnas/store";
import { EXIT, type ExitCode } from "./exit-codes.js";
import type { Terminal } from "./terminal.js";

/** One clear line for a person, and the code to end with. The stack is only for `--verbose`. */
export const printError = (error: unknown, verbose: boolean, terminal: Terminal): ExitCode => {
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof MeshError ? error.hint.replace(/^[a-z]/, (letter) => letter.toUpperCase()) : "";
  terminal.note(hint === "" ? `bnas: ${message}` : `bnas: ${message}. ${hint}`);
  if (verbose && error instanceof Error && error.stack !== undefined) terminal.note(error.stack);
  if (error instanceof FactsDamaged || error instanceof BlobMissing || error instanceof BlobAltered)
    return EXIT.damaged;
  if (isUnavailable(error)) return EXIT.unreachable;
  if (error instanceof InvalidInput) return EXIT.badInput;
  if (error instanceof MeshError) return EXIT.badInput;
  if (!verbose) terminal.note("This is a fault of bnas: run again with --verbose and report what it prints.");
  return EXIT.fault;
};
