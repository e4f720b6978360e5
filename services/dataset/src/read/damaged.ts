import { type InvalidInput, invalidInput } from "@bnas/errors";

/** Where a file is not what it should be. `byte`: offset from the beginning of the file as it lies on the disk. */
export type Damage = {
  readonly file: string;
  readonly byte: number;
  readonly expected: string;
  readonly found: string;
};

/** The error of a damaged file: names the file, the byte, what was expected and what was found. */
export const damaged = (uri: string, { file, byte, expected, found }: Damage): InvalidInput =>
  invalidInput(
    "dataset",
    uri,
    "a dataset whose files are whole",
    `${file}, byte ${byte}: expected ${expected}, found ${found}. Fetch this file again or take it away.`,
  );
