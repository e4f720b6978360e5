import { Status } from "nice-grpc-common";

/** A request that cannot be met, for another reason than its input (that is InvalidInput). */
export class MeshError extends Error {
  /** The gRPC code that says what kind of reason: NOT_FOUND, FAILED_PRECONDITION, ALREADY_EXISTS, UNAVAILABLE... */
  readonly code: Status;
  /** What to do next. */
  readonly hint: string;

  constructor(code: Status, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "MeshError";
    this.code = code;
    this.hint = hint;
  }
}

/** Whether it may pass by itself: the other side is restarting or out of reach. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof MeshError && error.code === Status.UNAVAILABLE;
