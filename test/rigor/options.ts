import { parseArgs } from "node:util";
import { invalidInput, nearest } from "@bnas/errors";
import { CONTENDERS } from "./rows.js";

export type Options = {
  readonly seeds: number;
  /** A file in the place of the public table. */
  readonly table: string | undefined;
  readonly json: string | undefined;
  readonly picture: string | undefined;
  /** These contenders alone, beside the two rivals. */
  readonly only: readonly string[] | undefined;
  /** Compare with ranges.json. */
  readonly check: boolean;
};

const OPTIONS = {
  seeds: { type: "string", default: "1000" },
  table: { type: "string" },
  json: { type: "string" },
  picture: { type: "string" },
  only: { type: "string", multiple: true },
  check: { type: "boolean", default: false },
} as const;

/** @throws InvalidInput for an option, a number or a strategy that there is not */
export const parseOptions = (args: readonly string[]): Options => {
  const { values } = read(args);
  const seeds = Number(values.seeds);
  if (!Number.isInteger(seeds) || seeds < 10 || seeds > 100_000) {
    const hint = "Fewer than 10 searches say nothing of a 10th percentile.";
    throw invalidInput("--seeds", values.seeds, "a whole number from 10 to 100000", hint);
  }
  const names = CONTENDERS.map(({ name }) => name);
  for (const name of values.only ?? []) {
    if (!names.includes(name)) {
      throw invalidInput("--only", name, names.join("; "), `Did you mean ${nearest(name, names)}?`);
    }
  }
  const { table, json, picture, only, check } = values;
  return { seeds, table, json, picture, only, check };
};

const read = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true });
  } catch (error) {
    const word = args.find((one) => one.startsWith("--") && !Object.hasOwn(OPTIONS, one.slice(2))) ?? args.join(" ");
    const names = Object.keys(OPTIONS).map((name) => `--${name}`);
    throw invalidInput("option", word, names.join(", "), `Did you mean ${nearest(word, names)}?`, { cause: error });
  }
};
