/** A file that is no `bnn` file, or no whole one. Says at which byte, what is there, and what was expected. */
export class DamagedFile extends Error {
  override readonly name = "DamagedFile";

  constructor(
    /** The first byte of what is wrong. */
    readonly byte: number,
    /** What is there. */
    readonly found: string | number,
    readonly expected: string,
  ) {
    super(`byte ${byte}: ${found} is not allowed; it takes ${expected}`);
  }
}
