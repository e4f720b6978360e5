/** The operating system's code of an error, `ENOENT` or `ENOSPC`; undefined for an error of another origin. */
export const systemErrorCode = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && "syscall" in error ? String(error.code) : undefined;
