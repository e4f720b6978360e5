import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { invalidInput, nearest } from "@bnas/errors";
import { parseSpec, type Spec } from "@bnas/search";

export type RetrainOptions = {
  readonly command: "retrain" | "inherit";
  readonly spec: Spec;
  readonly out: string;
  readonly networks: number;
  readonly orders: number;
  /** Test images on which each is evaluated, at most. */
  readonly fresh: number;
  /** Passes of networks that are evaluated without training. */
  readonly passes: number;
};

export type Options =
  | RetrainOptions
  | { readonly command: "table" | "agree"; readonly folders: readonly string[]; readonly json: string | undefined };

const COMMANDS = ["retrain", "inherit", "table", "agree"] as const;

/** @throws InvalidInput for a command, an option or a number that there is not */
export const parseOptions = (args: readonly string[]): Options => {
  const [name = "", ...rest] = args;
  const command = COMMANDS.find((one) => one === name);
  if (command === undefined) {
    throw invalidInput("COMMAND", name, COMMANDS.join(", "), `Did you mean ${nearest(name, COMMANDS)}?`);
  }
  const { values, positionals } = read(rest);
  if (command === "retrain" || command === "inherit") return retrainOptions(command, values);
  if (positionals.length === 0) {
    throw invalidInput(
      "FOLDER",
      "",
      "one folder or more",
      `Name what ${command === "table" ? "retrain" : "bnas search"} wrote.`,
    );
  }
  return { command, folders: positionals, json: values.json };
};

type Values = ReturnType<typeof read>["values"];

const retrainOptions = (command: RetrainOptions["command"], values: Values): RetrainOptions => {
  if (values.out === undefined)
    throw invalidInput("--out", "", "a folder", "It keeps the results, and a run continues there.");
  const config = values.config === undefined ? {} : readConfig(values.config);
  const { dataset, preset, seed } = values;
  const given = { ...(dataset && { dataset }), ...(preset && { preset }), ...(seed && { seed: Number(seed) }) };
  const spec = parseSpec({ preset: "quick", ...config, ...given });
  const images = whole("--images", values.images, 1, 1_000_000);
  return {
    command,
    spec: parseSpec({ ...spec, data: { ...spec.data, reductionImages: images } }),
    out: values.out,
    networks: whole("--networks", values.networks, 2, 8),
    orders: whole("--orders", values.orders, 2, 100),
    passes: whole("--passes", values.passes, 1, 1000),
    fresh: whole("--fresh", values.fresh, 1, 1_000_000),
  };
};

const readConfig = (path: string): object => {
  try {
    // parseSpec says what is wrong with its fields.
    return JSON.parse(readFileSync(path, "utf8")) as object;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalidInput("--config", path, "a JSON file of spec fields", reason);
  }
};

const whole = (name: string, text: string, least: number, most: number): number => {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw invalidInput(name, text, `a whole number from ${least} to ${most}`, "Leave it out for the default.");
};

const read = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        dataset: { type: "string" },
        preset: { type: "string" },
        config: { type: "string" },
        seed: { type: "string" },
        out: { type: "string" },
        json: { type: "string" },
        networks: { type: "string", default: "8" },
        orders: { type: "string", default: "4" },
        images: { type: "string", default: "2000" },
        passes: { type: "string", default: "16" },
        fresh: { type: "string", default: "1000" },
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalidInput("arguments", args.join(" "), "the options of test/signal/README.md", reason);
  }
};
