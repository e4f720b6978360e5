import { parseArgs } from "node:util";
import { invalidInput, nearest } from "@bnas/errors";

/** What the command was asked for. `names`: the rows to measure. */
export type Options = {
  readonly names: readonly string[];
  readonly check: boolean;
  readonly form: "short" | "full";
  readonly json: string | undefined;
};

/**
 * `[ROW...] [--check] [--short] [--json FILE]`
 * @param rows every row by its name
 * @throws InvalidInput for a row or an option that there is not
 */
export const parseOptions = (
  args: readonly string[],
  rows: Readonly<Record<string, { readonly onlyNamed: boolean }>>,
): Options => {
  const { values, positionals } = read(args);
  const all = Object.keys(rows);
  for (const name of positionals) {
    if (!all.includes(name)) throw invalidInput("ROW", name, all.join(", "), `Did you mean ${nearest(name, all)}?`);
  }
  const { check, short, json } = values;
  const names = all.filter((name) =>
    positionals.length > 0 ? positionals.includes(name) : rows[name]?.onlyNamed === false,
  );
  return { names, check, form: short ? "short" : "full", json };
};

const read = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        check: { type: "boolean", default: false },
        short: { type: "boolean", default: false },
        json: { type: "string" },
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalidInput("arguments", args.join(" "), "[ROW...] [--check] [--short] [--json FILE]", reason);
  }
};
