/** A call that the API server refused or did not answer. */
export class KubeFault extends Error {
  /** HTTP's, or 0 when no server answered. */
  readonly status: number;
  /** `Conflict`, `AlreadyExists`, `Forbidden`, ...: the API server's word. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "KubeFault";
    this.status = status;
    this.reason = reason;
  }
}

/** Whether what was to be is not there. */
export const isGone = (error: unknown): boolean => error instanceof KubeFault && error.status === 404;

/** Whether another client was faster; the object must be read again. */
export const isConflict = (error: unknown): boolean => error instanceof KubeFault && error.status === 409;

/** Whether the API server has refused it, and so has not done it; after any other fault that is unknown. */
export const isRefusal = ({ status }: KubeFault): boolean => status >= 400 && status < 500;
