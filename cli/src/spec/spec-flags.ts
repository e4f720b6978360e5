import { DERIVES, PRESET_NAMES, SPACE_NAMES, STRATEGY_NAMES } from "@bnas/search";
import { type Command, InvalidArgumentError } from "commander";
import { wholeFrom } from "./derived-flags.js";
import type { SpecFlags } from "./spec-input.js";

const seed = (text: string): number => {
  if (!/^\d{1,10}$/.test(text) || Number(text) > 4294967295) {
    throw new InvalidArgumentError("It takes a whole number from 0 to 4294967295.");
  }
  return Number(text);
};

const parallel = (text: string): number => {
  if (!/^[1-8]$/.test(text)) throw new InvalidArgumentError("It takes a whole number from 1 to 8.");
  return Number(text);
};

/** The flags that say what to search: the same for a search here and one in a running mesh. */
export const withSpecFlags = (command: Command): Command =>
  withSharedFlags(command).option(
    "--train <seeds>",
    "networks to train from the genotype (docs/models.md)",
    wholeFrom(0),
  );

/** Those of them that do not say how many networks are trained: `bnas train` always trains. */
export const withSharedFlags = (command: Command): Command =>
  command
    .option("--config <file>", "YAML or JSON file with any field of the spec (docs/spec.md)")
    .option("--dataset <uri>", "cifar10:PATH, cifar100:PATH, idx:DIR, folder:DIR or shapes:")
    .option("--preset <name>", `where the numbers come from: ${PRESET_NAMES.join(", ")}`)
    .option(
      "--space <name>",
      `what is searched: ${SPACE_NAMES.join(" or ")}; a space of your own in --config (docs/space.md)`,
    )
    .option("--strategy <name>", `${STRATEGY_NAMES.join(", ")} (docs/strategies.md)`)
    .option("--derive <what>", `what the genotype is taken from: ${DERIVES.join(", ")}`)
    .option("--binarize <what>", "weights, weights+activations or none")
    .option("--binarizer <method>", "how weights get one bit: xnor or pcnn (docs/paper.md)")
    .option("--protocol <name>", "how the samples of a pass are trained: paper or fair (docs/rigor.md)")
    .option("--parallel <n>", "samples trained side by side, each by a trainer of its own: 1 to 8", parallel)
    .option("--seed <n>", "everything random follows from it", seed);

/** What those flags say, of all the flags of a command. */
export const specFlagsOf = (flags: SpecFlags): SpecFlags => {
  const names = [
    "config",
    "dataset",
    "preset",
    "space",
    "strategy",
    "derive",
    "binarize",
    "binarizer",
    "protocol",
    "train",
    "parallel",
    "seed",
  ] as const;
  return Object.fromEntries(names.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]])));
};
