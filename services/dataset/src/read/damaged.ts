import { type InvalidInput, invalidInput } from "@bnas/errors";
import { shown } from "../files/shown.js";

/** Where a file is not what it should be. `byte`: offset from the beginning of the file as it lies on the disk. */
export type Damage = {
  readonly file: string;
  readonly byte: number;
  readonly expected: string;
  readonly found: string;
  /** What to do, if it is not the usual. */
  readonly fix?: string;
};

/** The error of a damaged file: names the file, the byte, what was expected and what was found. */
export const damaged = (
  uri: string,
  { file, byte, expected, found, fix = "Fetch this file again or take it away." }: Damage,
): InvalidInput =>
  invalidInput(
    "dataset",
    uri,
    "a dataset whose files are whole",
    `${shown(file)}, byte ${byte}: expected ${expected}, found ${found}. ${fix}`,
  );
