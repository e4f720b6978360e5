import { EXIT, type ExitCode } from "./exit-codes.js";

/** How often a worker does a job again that failed so. "until it works": an outage says nothing about the job. */
export type Retried = "never" | "a few times" | "until it works";

/** What follows from a code. */
export type CodeRow = {
  /** The status that a caller over gRPC sees; numbers as in https://grpc.io/docs/guides/status-codes. */
  readonly status: { readonly number: number; readonly name: string };
  /** How `bnas` ends. */
  readonly exit: ExitCode;
  readonly retried: Retried;
  /** For people. */
  readonly means: string;
};

const row = (number: number, name: string, exit: ExitCode, retried: Retried, means: string): CodeRow => ({
  status: { number, name },
  exit,
  retried,
  means,
});

const { badInput, damaged, fault, interrupted, unreachable } = EXIT;

/**
 * Every kind of error that bnas knows. Nothing else says what a kind of error is to gRPC, to a shell or to a worker.
 * All of them cross to another thread as they are, code and all (plain-error.ts), and over gRPC as `status` with the code as
 * the `reason` of google.rpc.ErrorInfo.
 */
export const CODES = {
  INVALID_INPUT: row(3, "INVALID_ARGUMENT", badInput, "never", "a value that cannot be used; `path` says which"),
  NOT_FOUND: row(5, "NOT_FOUND", badInput, "never", "there is nothing of this name"),
  ALREADY_EXISTS: row(6, "ALREADY_EXISTS", badInput, "never", "the name is taken by something else"),
  FAILED_PRECONDITION: row(
    9,
    "FAILED_PRECONDITION",
    badInput,
    "never",
    "not in this state: something must be done first",
  ),
  UNAUTHENTICATED: row(16, "UNAUTHENTICATED", badInput, "never", "it is not known who asks"),
  PERMISSION_DENIED: row(7, "PERMISSION_DENIED", badInput, "never", "who asks may not do this"),
  UNIMPLEMENTED: row(
    12,
    "UNIMPLEMENTED",
    badInput,
    "never",
    "another service, or one of another version, is at this address",
  ),
  ENGINE_MISSING: row(9, "FAILED_PRECONDITION", badInput, "never", "the engine of this name is not built here"),

  BLOB_MISSING: row(5, "NOT_FOUND", damaged, "never", "the store lacks a blob that a fact names"),
  BLOB_ALTERED: row(15, "DATA_LOSS", damaged, "never", "the store has other bytes under a hash than were put"),
  FACTS_DAMAGED: row(15, "DATA_LOSS", damaged, "never", "facts are not as they were written"),
  DATA_LOSS: row(15, "DATA_LOSS", damaged, "never", "another service says that data are damaged"),

  UNAVAILABLE: row(14, "UNAVAILABLE", unreachable, "until it works", "the other side is out of reach or restarts"),
  NO_ROOM: row(8, "RESOURCE_EXHAUSTED", unreachable, "until it works", "a disk or a quota is full"),
  RETRY: row(
    14,
    "UNAVAILABLE",
    unreachable,
    "a few times",
    "a fault of a job that may pass, tried again after `delayMs`",
  ),
  DEADLINE_EXCEEDED: row(4, "DEADLINE_EXCEEDED", unreachable, "never", "no answer came in time"),
  RESOURCE_EXHAUSTED: row(8, "RESOURCE_EXHAUSTED", unreachable, "never", "another service has reached a limit"),
  ABORTED: row(10, "ABORTED", unreachable, "never", "another client changed the same thing at the same time"),
  SUBJECT_TAKEN: row(
    10,
    "ABORTED",
    unreachable,
    "until it works",
    "a message that is no fact holds the subject of a fact, until the pruner removes it",
  ),

  CANCELLED: row(1, "CANCELLED", interrupted, "never", "whoever asked has stopped it"),

  LOG_CLOSED: row(13, "INTERNAL", fault, "never", "a log was used after it was closed"),
  INTERNAL: row(13, "INTERNAL", fault, "never", "a fault of bnas, or of a server that it uses"),
} as const satisfies Readonly<Record<string, CodeRow>>;

export type Code = keyof typeof CODES;

export const isCode = (name: unknown): name is Code => {
  return typeof name === "string" && Object.hasOwn(CODES, name);
};

/** Codes in the order of the table. */
export const CODE_NAMES: readonly Code[] = Object.keys(CODES).filter((name): name is Code => isCode(name));

/** Statuses of gRPC that no code of ours has. */
const OTHERS: Readonly<Record<number, Code>> = { 2: "INTERNAL", 11: "INVALID_INPUT" };

/** The code for a status of gRPC of which nothing else is known, because no bnas has sent it. */
export const codeOfStatus = (status: number): Code =>
  // The code of the same name, where a status has several.
  CODE_NAMES.find((code) => CODES[code].status.number === status && code === CODES[code].status.name) ??
  CODE_NAMES.find((code) => CODES[code].status.number === status) ??
  OTHERS[status] ??
  "INTERNAL";
