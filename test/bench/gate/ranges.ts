import { invalidInput, type Path } from "@bnas/errors";

/** What the ratio of a row may be. `usual` is the median of the runs that the range was made from. */
export type Range = {
  readonly least: number;
  readonly usual: number;
  readonly most: number;
  /** Where the numbers come from: machine, date, runs. */
  readonly comment: string;
};

const FIELDS = ["least", "usual", "most", "comment"] as const;

/**
 * The ranges by row.
 * @param text of the file: `{"rows": {"NAME": {"least", "usual", "most", "comment"}}}`
 * @param path of the file, for the errors
 * @param names of the rows that there are: each has a range, and nothing else has one
 * @throws InvalidInput
 */
export const parseRanges = (text: string, path: string, names: readonly string[]): ReadonlyMap<string, Range> => {
  const file = objectAt([path], json(text, path), "an object with the field rows");
  const rows = objectAt([path, "rows"], file.rows, "an object with a range for every row");
  for (const name of Object.keys(rows)) {
    if (names.includes(name)) continue;
    throw invalidInput([path, "rows"], name, `the rows ${names.join(", ")}`, "Remove it, or write the row.");
  }
  return new Map(names.map((name) => [name, rangeAt([path, "rows", name], rows[name])]));
};

const json = (text: string, path: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalidInput([path], text, "JSON", reason);
  }
};

const objectAt = (path: Path, value: unknown, allowed: string): Readonly<Record<string, unknown>> => {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw invalidInput(path, value, allowed, "test/bench/README.md says how a range is made.");
};

const rangeAt = (path: Path, value: unknown): Range => {
  const given = objectAt(path, value, `an object with ${FIELDS.join(", ")}`);
  for (const key of Object.keys(given)) {
    if (FIELDS.some((known) => known === key)) continue;
    throw invalidInput([...path, key], given[key], `only the fields ${FIELDS.join(", ")}`, "Remove it.");
  }
  const least = ratioAt([...path, "least"], given.least, 0);
  const usual = ratioAt([...path, "usual"], given.usual, least);
  const most = ratioAt([...path, "most"], given.most, usual);
  // A range as wide as this would let a cost that has doubled pass.
  if (most >= 2 * usual) {
    const hint = "Take more pairs or a steadier reference: a cost that has doubled must not pass.";
    throw invalidInput([...path, "most"], most, `less than twice usual, ${2 * usual}`, hint);
  }
  const { comment } = given;
  if (typeof comment !== "string" || comment.trim() === "") {
    throw invalidInput([...path, "comment"], comment, "a text", "Say on which machine and when it was measured.");
  }
  return { least, usual, most, comment };
};

/** @param floor the least that is allowed: the bounds of a range rise */
const ratioAt = (path: Path, value: unknown, floor: number): number => {
  if (typeof value === "number" && Number.isFinite(value) && value > 0 && value >= floor) return value;
  const allowed = floor === 0 ? "a number greater than 0" : `a number of at least ${floor}`;
  throw invalidInput(path, value, allowed, "Write least, usual and most in rising order.");
};
