import { availableParallelism, homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { invalidInput, nearest } from "@bnas/errors";
import { DATASETS, type DatasetName, SEEDS } from "./recipe.js";
import { RESULTS } from "./results.js";

export type Options = {
  readonly command: "train" | "compare";
  /** A column alone; all when it is left out. */
  readonly dataset: DatasetName | undefined;
  readonly seeds: readonly number[];
  /** The file to which results are added. */
  readonly results: string;
  /** Facts and checkpoints of what is running. */
  readonly folder: string;
  readonly trainers: number;
  /** Cells to train now, at most. */
  readonly most: number;
};

const COMMANDS = ["train", "compare"] as const;

const OPTIONS = {
  dataset: { type: "string" },
  seed: { type: "string" },
  results: { type: "string", default: RESULTS },
  folder: { type: "string", default: join(homedir(), ".cache", "bnas-mesh", "one-bit") },
  trainers: { type: "string", default: String(Math.min(8, availableParallelism())) },
  most: { type: "string", default: "100000" },
} as const;

/** @throws InvalidInput for a command, an option, a dataset or a number that there is not */
export const parseOptions = ([name = "", ...args]: readonly string[]): Options => {
  const command = COMMANDS.find((one) => one === name);
  if (command === undefined) {
    throw invalidInput(
      "COMMAND",
      name,
      COMMANDS.join(", "),
      "train fills the table, compare sets strategies against it.",
    );
  }
  const { values } = read(args);
  const dataset = DATASETS.find((one) => one === values.dataset);
  if (values.dataset !== undefined && dataset === undefined) {
    throw invalidInput(
      "--dataset",
      values.dataset,
      DATASETS.join(", "),
      `Did you mean ${nearest(values.dataset, DATASETS)}?`,
    );
  }
  return {
    command,
    dataset,
    seeds: values.seed === undefined ? SEEDS : [whole("--seed", values.seed, 1, SEEDS.length)],
    results: values.results,
    folder: values.folder,
    trainers: whole("--trainers", values.trainers, 1, 8),
    most: whole("--most", values.most, 1, 100_000),
  };
};

const whole = (name: string, text: string, least: number, most: number): number => {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw invalidInput(name, text, `a whole number from ${least} to ${most}`, "Leave it out for the default.");
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
